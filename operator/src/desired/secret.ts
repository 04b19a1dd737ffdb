import type { KubernetesObject } from '../api/object.ts';

/**
 * Stands for a password. Builders are pure and hold no secret, so they ask for one by this text; the adapter that
 * creates the Secret puts in what follows from the installation's key, and nobody reads it back.
 */
export const generatedValue = '(derived when the Secret is created)';

/** A Secret whose `keys` are filled at creation and never change; pods alone read it. */
export function buildGeneratedSecret(
  name: string,
  labels: Record<string, string>,
  keys: readonly string[],
  fixed: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels },
    type: 'Opaque',
    immutable: true,
    stringData: { ...fixed, ...Object.fromEntries(keys.map((key) => [key, generatedValue])) },
  };
}
