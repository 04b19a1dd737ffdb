import type { KubernetesObject } from '../api/object.ts';

/**
 * Lists of ours in which nothing foreign may stay. Their items are merged by key, so when a hand changes the key of one
 * (a port's number, a container's name), apply puts ours beside what is then nobody's: a second port of the same name,
 * which the API server refuses, or a second container or a variable, which runs with the identity of the service.
 */
const exclusiveLists: Readonly<Record<string, readonly string[]>> = {
  ports: ['port', 'containerPort', 'protocol'],
  containers: ['name'],
  env: ['name'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

type Item = Readonly<Record<string, unknown>>;

/** Whether a list at this path must hold what is desired and nothing else. */
export function isExclusiveList(field: string): boolean {
  return field in exclusiveLists;
}

/** Merge patch of `spec` that takes foreign items out of the lists that are ours alone; undefined without any. */
export function removalOfIntruders(
  desired: KubernetesObject,
  live: KubernetesObject,
): { spec: object } | undefined {
  return patchOf(desired, live, () => undefined);
}

/** Merge patch of `spec` that gives foreign ports names that clash with none of ours; undefined without any. */
export function renamingOfIntruders(
  desired: KubernetesObject,
  live: KubernetesObject,
): { spec: object } | undefined {
  let count = 0;
  return patchOf(desired, live, (item, list) =>
    list === 'ports' ? { ...item, name: `displaced-${count++}` } : item,
  );
}

type Treat = (item: Item, list: string) => Item | undefined;

function patchOf(
  desired: KubernetesObject,
  live: KubernetesObject,
  treat: Treat,
): { spec: object } | undefined {
  const spec = changesIn(desired['spec'], live['spec'], treat);
  return spec === undefined ? undefined : { spec };
}

/** The members of a map that change, whole lists included, as a merge patch wants them. */
function changesIn(desired: unknown, live: unknown, treat: Treat): object | undefined {
  if (!isItem(desired) || !isItem(live)) return undefined;
  const changes = Object.entries(desired).flatMap(([field, wanted]) => {
    const found = live[field];
    const change =
      isExclusiveList(field) && Array.isArray(wanted) && Array.isArray(found)
        ? changedList(field, wanted, found, treat)
        : changesIn(wanted, found, treat);
    return change === undefined ? [] : [[field, change]];
  });
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function changedList(
  list: string,
  desired: readonly unknown[],
  live: readonly unknown[],
  treat: Treat,
): readonly unknown[] | undefined {
  let changed = false;
  const items = live.flatMap((item) => {
    if (!isItem(item)) return [item];
    const twin = desired.find((candidate) => identityOf(candidate, list) === identityOf(item, list));
    const inner = twin === undefined ? undefined : changesIn(twin, item, treat);
    const next = twin === undefined ? treat(item, list) : inner === undefined ? item : { ...item, ...inner };
    changed ||= next !== item;
    return next === undefined ? [] : [next];
  });
  return changed ? items : undefined;
}

/** What the API server fills in: ports are of protocol TCP unless they say otherwise. */
const filledIn: Readonly<Record<string, string>> = { protocol: 'TCP' };

function identityOf(item: unknown, list: string): string {
  const keys = exclusiveLists[list] ?? [];
  return JSON.stringify(keys.map((key) => (isItem(item) ? (item[key] ?? filledIn[key]) : undefined)));
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
