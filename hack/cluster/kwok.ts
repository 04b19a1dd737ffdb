import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolAssets, toolPath } from '../toolchain/index.ts';
import { kubectl } from './kubectl.ts';
import type { ProcessSpec } from './process.ts';
import { waitFor } from './wait.ts';

/** What kwok needs to play a node. */
export interface KwokOptions {
  readonly dir: string;
  readonly kubeconfig: string;
  readonly port: number;
  readonly start: (spec: ProcessSpec) => void;
}

const NODE = 'kwok-node';

/** Starts kwok, which plays one big node whose pods run and are ready at once, and waits until that is Ready. */
export async function startKwok({ dir, kubeconfig, port, start }: KwokOptions): Promise<void> {
  const assets = toolAssets('kwok').map((file) => readFileSync(file, 'utf8'));
  const stages = assets.filter((text) => /^kind: Stage$/m.test(text));
  const config = join(dir, 'kwok.yaml');
  writeFileSync(config, stages.join('\n---\n'));
  start({
    name: 'kwok',
    command: toolPath('kwok', 'kwok'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--config=${config}`,
      '--manage-all-nodes=true',
      '--cidr=10.245.0.0/16',
      '--node-ip=127.0.0.1',
      `--server-address=127.0.0.1:${port}`,
    ],
  });
  const api = kubectl(kubeconfig);
  for (const manifest of assets) if (!stages.includes(manifest)) await api.apply(manifest);
  await api.apply([{ apiVersion: 'v1', kind: 'Node', metadata: { name: NODE, labels: { type: 'kwok' } } }]);
  await waitFor(
    async () => (await api('get', 'node', NODE, '-o', 'jsonpath={.status.phase}')) === 'Running',
    { what: 'the played node to be ready', timeoutMs: 60_000 },
  );
}
