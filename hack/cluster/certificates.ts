import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../toolchain/index.ts';

/** Files of one certificate and its private key, PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate to issue: its subject as openssl writes it (`/O=system:masters/CN=admin`) and its server names. */
export interface Leaf {
  readonly name: string;
  readonly subject: string;
  /** Subject alternative names (`DNS:localhost`, `IP:127.0.0.1`); a client certificate has none. */
  readonly names?: readonly string[];
}

/** The paths of a named key pair in a directory of certificates. */
export function keyPair(dir: string, name: string): KeyPair {
  return { cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650'];

/** Makes a self-signed authority in the directory unless it is there. */
export async function ensureAuthority(dir: string, name: string): Promise<KeyPair> {
  const pair = keyPair(dir, name);
  if (existsSync(pair.cert)) return pair;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const extensions = [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign,cRLSign,digitalSignature',
  ];
  await request(pair, `/CN=ecommercestack-${name}`, extensions);
  return pair;
}

/** Issues a certificate for servers (when it has names) and clients, unless it is there. */
export async function ensureLeaf(dir: string, authority: KeyPair, leaf: Leaf): Promise<KeyPair> {
  const pair = keyPair(dir, leaf.name);
  if (existsSync(pair.cert)) return pair;
  const names = leaf.names ? [`subjectAltName=${leaf.names.join(',')}`] : [];
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'extendedKeyUsage=serverAuth,clientAuth',
    ...names,
  ];
  await request(pair, leaf.subject, extensions, ['-CA', authority.cert, '-CAkey', authority.key]);
  return pair;
}

/** Makes the key pair that signs and verifies service account tokens, unless it is there. */
export async function ensureSigningKey(
  dir: string,
  name: string,
): Promise<{ publicKey: string; key: string }> {
  const pair = { publicKey: join(dir, `${name}.pub`), key: join(dir, `${name}.key`) };
  if (existsSync(pair.publicKey)) return pair;
  await run('openssl', ['genrsa', '-out', pair.key, '2048']);
  await run('openssl', ['rsa', '-in', pair.key, '-pubout', '-out', pair.publicKey]);
  return pair;
}

async function request(
  pair: KeyPair,
  subject: string,
  extensions: readonly string[],
  issuer: readonly string[] = [],
): Promise<void> {
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const files = ['-keyout', pair.key, '-out', pair.cert];
  await run('openssl', ['req', '-x509', ...NEW_KEY, '-subj', subject, ...files, ...issuer, ...added]);
}
