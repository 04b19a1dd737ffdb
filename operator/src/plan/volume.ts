import type { KubernetesObject } from '../api/object.ts';

/**
 * The claim of a volume as it is desired, but for what the living one was made with: an API server lets nobody shrink a
 * volume or move it to another class, and what a profile stands for may have changed since. Any other object as it is.
 */
export function withLivingVolume(
  desired: KubernetesObject,
  live: KubernetesObject | undefined,
): KubernetesObject {
  if (desired.kind !== 'PersistentVolumeClaim' || live === undefined) return desired;
  const [wanted, found] = [Object(desired['spec']), Object(live['spec'])];
  const kept = Object.keys(wanted).map((name) => [name, found[name] ?? wanted[name]]);
  return { ...desired, spec: Object.fromEntries(kept) };
}
