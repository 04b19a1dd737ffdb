import type { KubernetesObject } from '../api/object.ts';
import { generatedValue } from '../desired/secret.ts';
import type { PasswordOf } from './passwords.ts';

/** A Secret whose placeholders are replaced, each by its password; any other object as it is. */
export function withGeneratedValues(object: KubernetesObject, passwordOf: PasswordOf): KubernetesObject {
  const values = object['stringData'];
  if (object.kind !== 'Secret' || typeof values !== 'object' || values === null) return object;
  const stringData = Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, unknown]) => [
      name,
      value === generatedValue ? passwordOf(object.metadata, name) : value,
    ]),
  );
  return { ...object, stringData };
}
