import type { Kube } from '../kube/kube.ts';
import { describe, type KubeObject, referenceOf } from '../kube/object.ts';
import type { Random } from '../random.ts';
import { stackLabel } from '../stack.ts';

/** What a hand did to an object, and whether it has been undone. */
export type Disturbance = { readonly what: string; isUndone(): Promise<boolean> };

/** Without pods or data behind them, these are deleted as easily as edited. */
const deletable = new Set([
  'AuthorizationPolicy',
  'DestinationRule',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'VirtualService',
]);

/** Labels by which an operator finds its objects; without them it has to look twice. */
const finding = new Set([stackLabel, 'app.kubernetes.io/managed-by']);

/** Edits a label of so many drawn objects, or deletes them, as fast as the API server takes it. */
export async function disturb(
  kube: Kube,
  objects: readonly KubeObject[],
  random: Random,
  count: number,
): Promise<Disturbance[]> {
  const drawn = random.shuffle(objects.filter(({ kind }) => kind !== 'Secret')).slice(0, count);
  const done: Disturbance[] = [];
  for (const object of drawn) {
    done.push(
      deletable.has(object.kind) && random.next() < 0.3
        ? await remove(kube, object)
        : await edit(kube, object, random),
    );
  }
  return done;
}

async function remove(kube: Kube, object: KubeObject): Promise<Disturbance> {
  const reference = referenceOf(object);
  const live = await kube.get(reference);
  await kube.delete(reference);
  return {
    what: `${describe(reference)} deleted`,
    isUndone: async () => {
      const now = await kube.get(reference);
      return now !== undefined && now.metadata.uid !== live?.metadata.uid;
    },
  };
}

async function edit(kube: Kube, object: KubeObject, random: Random): Promise<Disturbance> {
  const reference = referenceOf(object);
  const label = random.pick(Object.keys(object.metadata.labels ?? {}).filter((name) => !finding.has(name)));
  const wanted = object.metadata.labels?.[label];
  const value = `drifted-${random.integer(1, 1_000_000)}`;
  // It may be gone for a moment, deleted by an earlier disturbance.
  await kube.merge(reference, { metadata: { labels: { [label]: value } } }).catch(() => undefined);
  return {
    what: `${describe(reference)}: label ${label} edited`,
    isUndone: async () => (await kube.get(reference))?.metadata.labels?.[label] === wanted,
  };
}
