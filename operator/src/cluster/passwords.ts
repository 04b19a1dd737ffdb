import { createHmac, randomBytes } from 'node:crypto';
import {
  type ApiClient,
  isAlreadyExists,
  isNotFound,
  type KubeObject,
} from '@ecommercestack/controller-runtime';

/** Name of the Secret that holds the installation's key, in the namespace of the operator. */
export const keySecret = 'ecommercestack-operator-key';

/** The value of one entry of a generated Secret: the same whenever it is asked for, 192 bits, safe in URLs. */
export type PasswordOf = (secret: { namespace?: string; name: string }, entry: string) => string;

/** Passwords that follow from a key, so that a Secret which somebody deletes comes back as the volume knows it. */
export function passwordsFrom(key: Uint8Array): PasswordOf {
  return ({ namespace = '', name }, entry) =>
    createHmac('sha256', key)
      .update(JSON.stringify([namespace, name, entry]))
      .digest()
      .subarray(0, 24)
      .toString('base64url');
}

/**
 * Passwords of the key that lies in `namespace`; the key is made where there is none. It is read once; a read that fails
 * is tried anew at the next call.
 */
export function passwordSource(client: ApiClient, namespace: string): () => Promise<PasswordOf> {
  let source: Promise<PasswordOf> | undefined;
  return () => {
    source ??= readOrMake(client, namespace).then(passwordsFrom);
    source.catch(() => {
      source = undefined;
    });
    return source;
  };
}

const secrets = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };

type Secret = KubeObject & { readonly data?: { readonly key?: string } };

async function readOrMake(client: ApiClient, namespace: string): Promise<Uint8Array> {
  const metadata = { name: keySecret, namespace };
  const read = () => client.get<Secret>(secrets, metadata);
  const made = {
    metadata,
    type: 'Opaque',
    immutable: true,
    data: { key: randomBytes(32).toString('base64') },
  };
  const found = await read().catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (found !== undefined) return keyOf(found);
  // Another replica may be as quick: its key counts, then.
  return keyOf(
    await client.create<Secret>(secrets, made).catch((error: unknown) => {
      if (isAlreadyExists(error)) return read();
      throw error;
    }),
  );
}

function keyOf({ metadata, data }: Secret): Uint8Array {
  const key = Buffer.from(data?.key ?? '', 'base64');
  if (key.length >= 32) return key;
  throw new Error(
    `Secret ${metadata.namespace}/${metadata.name} holds no key of at least 32 bytes: delete it, and a new one is made`,
  );
}
