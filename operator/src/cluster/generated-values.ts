import type { KubernetesObject } from '../api/object.ts';
import { generatedValue } from '../desired/secret.ts';

/** A Secret whose placeholders are replaced, each by a value drawn anew; any other object as it is. */
export function withGeneratedValues(object: KubernetesObject, draw: () => string): KubernetesObject {
  const values = object['stringData'];
  if (object.kind !== 'Secret' || typeof values !== 'object' || values === null) return object;
  const stringData = Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, unknown]) => [
      name,
      value === generatedValue ? draw() : value,
    ]),
  );
  return { ...object, stringData };
}
