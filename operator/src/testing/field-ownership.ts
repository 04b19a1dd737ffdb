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

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
