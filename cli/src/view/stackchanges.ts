import { dumpManifest } from '../../../operator/src/api/manifest.ts';
import { compareLines, hunks } from '../lines.ts';

/** How the specification of a stack differs from the one in the cluster; nothing where it does not. */
export function stackChanges(live: object | undefined, wanted: object): string[] {
  const lines = (spec: object) => dumpManifest(spec).trimEnd().split('\n');
  // Order of members means nothing; the file's is kept.
  const before = live === undefined ? [] : lines(inOrderOf(live, wanted));
  const differences = compareLines(before, lines(wanted));
  return differences.every(({ sign }) => sign === ' ') ? [] : hunks(differences);
}

/** A copy with members in the order of another value, its own further ones after them. */
function inOrderOf<Value>(value: Value, model: unknown): Value {
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      inOrderOf(item, Array.isArray(model) ? model[index] : undefined),
    ) as Value; // item by item
  }
  if (typeof value !== 'object' || value === null) return value;
  const first = typeof model === 'object' && model !== null ? Object.keys(model) : [];
  const keys = [
    ...first.filter((key) => key in value),
    ...Object.keys(value).filter((key) => !first.includes(key)),
  ];
  return Object.fromEntries(
    keys.map((key) => [key, inOrderOf(Reflect.get(value, key) as unknown, Reflect.get(Object(model), key))]),
  ) as Value; // the same members
}
