import { readFileSync, writeFileSync } from 'node:fs';
import type { KeyPair } from './certificates.ts';

/** Writes a self-contained kubeconfig: JSON, which is YAML. */
export function writeKubeconfig(file: string, server: string, authority: KeyPair, client: KeyPair): void {
  const data = (path: string): string => readFileSync(path).toString('base64');
  const name = 'ecommercestack';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': data(authority.cert) } }],
    users: [
      {
        name,
        user: { 'client-certificate-data': data(client.cert), 'client-key-data': data(client.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}
