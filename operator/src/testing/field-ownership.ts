import { canonicalJson } from '../api/hash.ts';
import type { KubernetesObject } from '../api/object.ts';

type Tree = Readonly<Record<string, unknown>>;

/**
 * Server-side apply in its essence: what the last intent set and the new one leaves out goes, what the new one sets is
 * set, the rest stays. Lists are taken as one value, which is stricter than the API server.
 */
export function merge(
  live: KubernetesObject,
  last: KubernetesObject | undefined,
  next: KubernetesObject,
): KubernetesObject {
  // Both sides are whole objects, so their merger is one too.
  return mergeTree(live, last ?? {}, next) as KubernetesObject;
}

/** RFC 7396, on a whole object. */
export function mergePatch(live: KubernetesObject, patch: object): KubernetesObject {
  // The patch leaves the members alone that make an object one.
  return mergePatchTree(live, patch as Tree) as KubernetesObject;
}

function mergePatchTree(live: Tree, patch: Tree): Tree {
  const merged: Record<string, unknown> = { ...live };
  for (const [name, value] of Object.entries(patch)) {
    const before = live[name];
    if (value === null) delete merged[name];
    else merged[name] = isTree(value) ? mergePatchTree(isTree(before) ? before : {}, value) : value;
  }
  return merged;
}

/** Path of the first field that the intent sets, that has another value and that somebody else set. */
export function conflictingPath(
  live: KubernetesObject,
  last: KubernetesObject | undefined,
  next: KubernetesObject,
): string | undefined {
  return conflictIn(live, last ?? {}, next, '');
}

function mergeTree(live: Tree, last: Tree, next: Tree): Tree {
  const merged: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(live), ...Object.keys(next)])) {
    if (!(name in next)) {
      if (!(name in last)) merged[name] = live[name];
      else if (isTree(last[name]) && isTree(live[name])) {
        const rest = mergeTree(live[name], last[name], {});
        if (Object.keys(rest).length > 0) merged[name] = rest;
      }
    } else if (isTree(next[name]) && isTree(live[name])) {
      merged[name] = mergeTree(live[name], isTree(last[name]) ? last[name] : {}, next[name]);
    } else merged[name] = next[name];
  }
  return merged;
}

function conflictIn(live: Tree, last: Tree, next: Tree, path: string): string | undefined {
  for (const [name, value] of Object.entries(next)) {
    const here = `${path}.${name}`;
    const theirs = live[name];
    if (isTree(value) && isTree(theirs)) {
      const inner = conflictIn(theirs, isTree(last[name]) ? last[name] : {}, value, here);
      if (inner !== undefined) return inner;
    } else if (name in live && !(name in last) && canonicalJson(theirs) !== canonicalJson(value)) return here;
  }
  return undefined;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
