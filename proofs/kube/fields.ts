import type { FieldTrie, KubeObject, ManagedFields } from './object.ts';

/** What the operator writes as. */
export const operatorManager = 'ecommercestack-operator';

/** Path into JSON: member names and list indices. */
export type Path = readonly (string | number)[];

/** The fields that the operator applied to an object; undefined when it applied none. */
export function ownedFields(object: KubeObject, manager = operatorManager): FieldTrie | undefined {
  const entry = (object.metadata.managedFields ?? []).find(
    (candidate: ManagedFields) =>
      candidate.manager === manager && candidate.operation === 'Apply' && candidate.subresource === undefined,
  );
  return entry?.fieldsV1;
}

/** The part of a value that the trie names, with the values found there; members that are missing stay missing. */
export function project(value: unknown, trie: FieldTrie): unknown {
  const keys = Object.keys(trie).filter((key) => key !== '.');
  if (keys.length === 0) return value;
  if (Array.isArray(value)) {
    return keys.map((key) => {
      const index = indexOf(value, key);
      return [key, index === -1 ? undefined : project(value[index], trie[key] ?? {})];
    });
  }
  const members = Object(value);
  return Object.fromEntries(
    keys.flatMap((key) => {
      const name = key.slice(2);
      return name in members ? [[name, project(members[name], trie[key] ?? {})]] : [];
    }),
  );
}

/** Paths of every leaf that the trie names and the value has. */
export function leavesOf(value: unknown, trie: FieldTrie, path: Path = []): Path[] {
  const keys = Object.keys(trie).filter((key) => key !== '.');
  if (keys.length === 0) return value === undefined ? [] : [path];
  return keys.flatMap((key) => {
    const name = Array.isArray(value) ? indexOf(value, key) : key.slice(2);
    return name === -1 ? [] : leavesOf(Object(value)[name], trie[key] ?? {}, [...path, name]);
  });
}

/** Where a list has the element that `k:{…}` (an object by its keys) or `v:…` (a value of a set) names; -1 for nowhere. */
function indexOf(list: readonly unknown[], key: string): number {
  if (key.startsWith('v:')) {
    const wanted: unknown = JSON.parse(key.slice(2));
    return list.indexOf(wanted);
  }
  if (key.startsWith('k:')) {
    const wanted: [string, unknown][] = Object.entries(JSON.parse(key.slice(2)));
    return list.findIndex((element) => wanted.every(([name, value]) => Object(element)[name] === value));
  }
  return Number(key.slice(2));
}
