import type { KubernetesObject } from '../api/object.ts';
import { parseQuantity } from '../api/quantity.ts';
import { isExclusiveList } from './intruders.ts';

/**
 * Where a live object first differs from a desired one, as a path; undefined when it holds all that is desired.
 *
 * What is compared is what server-side apply could repair: fields that nobody asked for are left alone, as are items
 * that others added to a list merged by key, unless it is ours alone; lists and maps that are replaced as a whole must be equal. Defaults of
 * the API server, its spelling of quantities and its dropping of empty values are no difference.
 */
export function driftOf(desired: KubernetesObject, live: KubernetesObject): string | undefined {
  const group = desired.apiVersion.includes('/')
    ? desired.apiVersion.slice(0, desired.apiVersion.indexOf('/'))
    : '';
  // The API server fills nothing into lists of Istio's resources, so nothing may be in them that is not ours.
  const rules: Rules = {
    exactLists: group.endsWith('.istio.io'),
    builtIn: !group.includes('.') || group.endsWith('.k8s.io'),
  };
  return differ(desired, live, [], rules);
}

type Rules = { readonly exactLists: boolean; readonly builtIn: boolean };
type Path = readonly string[];

function differ(desired: unknown, live: unknown, path: Path, rules: Rules): string | undefined {
  if (desired === undefined) return undefined;
  if (isEmpty(desired)) return isMetByEmpty(desired, live, path, rules) ? undefined : at(path);
  if (Array.isArray(desired)) {
    return Array.isArray(live) ? differInList(desired, live, path, rules) : at(path);
  }
  if (isRecord(desired)) return isRecord(live) ? differInMap(desired, live, path, rules) : at(path);
  return isSame(desired, live, path) ? undefined : at(path);
}

/** The API server keeps no empty text, list or map of most types, so an empty desire is met by absence. */
function isMetByEmpty(desired: unknown, live: unknown, path: Path, rules: Rules): boolean {
  if (live === undefined || live === null || isEmpty(live)) return true;
  return isRecord(desired) && isRecord(live) && !isAtomicMap(path, rules);
}

function differInMap(
  desired: Readonly<Record<string, unknown>>,
  live: Readonly<Record<string, unknown>>,
  path: Path,
  rules: Rules,
): string | undefined {
  if (isAtomicMap(path, rules)) {
    const extra = Object.keys(live).find((key) => !(key in desired));
    if (extra !== undefined) return at([...path, extra]);
  }
  for (const [key, value] of Object.entries(desired)) {
    const found = differ(value, live[key], [...path, key], rules);
    if (found !== undefined) return found;
  }
  return undefined;
}

function differInList(
  desired: readonly unknown[],
  live: readonly unknown[],
  path: Path,
  rules: Rules,
): string | undefined {
  const keys = rules.builtIn ? mergeKeys(path) : undefined;
  if (keys !== undefined) return differInKeyedList(desired, live, path, rules, keys);
  if (desired.length !== live.length) return at(path);
  for (const [index, item] of desired.entries()) {
    const here = [...path, String(index)];
    const found =
      rules.exactLists && !isEqual(item, live[index])
        ? (differ(item, live[index], here, rules) ?? at(here))
        : differ(item, live[index], here, rules);
    if (found !== undefined) return found;
  }
  return undefined;
}

function differInKeyedList(
  desired: readonly unknown[],
  live: readonly unknown[],
  path: Path,
  rules: Rules,
  keys: readonly string[],
): string | undefined {
  // What apply cannot take away by itself has to be seen all the same: see intruders.ts.
  if (isExclusiveList(path.at(-1) ?? '') && live.length > desired.length) return at(path);
  for (const item of desired) {
    const identity = identityOf(item, keys);
    const twin = live.find((candidate) => identityOf(candidate, keys) === identity);
    const found = differ(item, twin, [...path, identity], rules);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Keys of the built-in lists that server-side apply merges; every other list is replaced as a whole. */
function mergeKeys(path: Path): readonly string[] | undefined {
  const field = path.at(-1) ?? '';
  if (field === 'ports') {
    if (path.at(-3) === 'containers') return ['containerPort', 'protocol'];
    return path.length === 2 ? ['port', 'protocol'] : undefined;
  }
  return listKeys[field];
}

const listKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  ownerReferences: ['uid'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

const atomicMaps = new Set(['selector', 'matchLabels', 'nodeSelector', 'podSelector', 'labelSelector']);

/** Built-in maps that server-side apply replaces as a whole. */
function isAtomicMap(path: Path, rules: Rules): boolean {
  return rules.builtIn && atomicMaps.has(path.at(-1) ?? '');
}

const quantities = new Set(['cpu', 'memory', 'storage', 'ephemeral-storage', 'sizeLimit']);

function isSame(desired: unknown, live: unknown, path: Path): boolean {
  if (desired === live) return true;
  if (!quantities.has(path.at(-1) ?? '') || !isScalar(desired) || !isScalar(live)) return false;
  const amount = parseQuantity(desired);
  return amount !== undefined && amount === parseQuantity(live);
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (isRecord(a)) {
    return isRecord(b) && Object.keys({ ...a, ...b }).every((key) => isEqual(a[key], b[key]));
  }
  return a === b;
}

function identityOf(item: unknown, keys: readonly string[]): string {
  return keys.map((key) => (isRecord(item) ? String(item[key]) : '')).join('/');
}

function isEmpty(value: unknown): boolean {
  if (value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const at = (path: Path): string => path.join('.');
