/** A Secret that a stack names, and where. */
export type SecretName = { readonly name: string; readonly path: string };

/** Every `secretRef` and `secretKeyRef` of a value, wherever it stands. */
export function secretNames(value: unknown, path = ''): SecretName[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => secretNames(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, child]) => {
    const at = path === '' ? field : `${path}.${field}`;
    const name: unknown = field === 'secretRef' || field === 'secretKeyRef' ? Object(child).name : undefined;
    const optional = Object(child).optional === true;
    return typeof name === 'string' && !optional ? [{ name, path: at }] : secretNames(child, at);
  });
}
