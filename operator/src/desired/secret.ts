import type { KubernetesObject } from '../api/object.ts';

/**
 * Stands for a value that is drawn at random when the Secret is created. Builders are pure, so they ask for a
 * password by this text; the adapter that creates the Secret replaces it, once, and nobody reads it back.
 */
export const generatedValue = '(generated once, when the Secret is created)';

/** A Secret whose `keys` are made up at creation and never change; pods alone read it. */
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
