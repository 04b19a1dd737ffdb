import { shortHash } from '../api/hash.ts';
import { kindOf, kindRank } from '../api/kinds.ts';
import { type KubernetesObject, objectKey, sortObjects } from '../api/object.ts';
import { isRetained, retentionAnnotation } from '../desired/retention.ts';
import { driftOf } from './drift.ts';
import { withLivingVolume } from './volume.ts';

/**
 * Annotation with the hash of the object as it was last applied. It shows that a field which is desired no more may
 * still be there: server-side apply removes it, and comparing what is desired alone would not find it.
 */
export const appliedAnnotation = 'ecommercestack.dev/applied';

/** What has to happen so that the cluster holds what is desired. */
export type Plan = {
  /** Objects to apply, in apply order; each carries its hash. */
  readonly apply: readonly KubernetesObject[];
  /** Live objects to delete, in the reverse order. */
  readonly prune: readonly KubernetesObject[];
  /** Keys of the objects that are as desired. */
  readonly unchanged: readonly string[];
  /** Why each object is applied: the first path that differs, or empty where it does not exist. */
  readonly reasons: Readonly<Record<string, string>>;
};

/**
 * Compares the desired objects with the living ones, which are those of this stack: its own, and orphans with its
 * label. Prunes what has a stack for its controller and is not desired; never an orphan, never what is retained.
 */
export function plan(desired: readonly KubernetesObject[], observed: readonly KubernetesObject[]): Plan {
  const live = new Map(observed.map((object) => [objectKey(object), object]));
  const wanted = new Set(desired.map(objectKey));
  const apply: KubernetesObject[] = [];
  const unchanged: string[] = [];
  const reasons: Record<string, string> = {};
  for (const wish of desired) {
    const key = objectKey(wish);
    const object = withLivingVolume(wish, live.get(key));
    const reason = reasonToApply(object, live.get(key));
    if (reason === undefined) unchanged.push(key);
    else {
      apply.push(stamped(object));
      reasons[key] = reason;
    }
  }
  const prune = observed.filter((object) => !wanted.has(objectKey(object)) && isPrunable(object));
  return {
    apply: sortObjects(apply, kindRank),
    prune: sortObjects(prune, kindRank).toReversed(),
    unchanged,
    reasons,
  };
}

function reasonToApply(desired: KubernetesObject, live: KubernetesObject | undefined): string | undefined {
  if (live === undefined) return '';
  // It is on its way out; its successor is made once it is gone.
  if (live.metadata.deletionTimestamp !== undefined) return undefined;
  // Its content is filled in once and only its metadata is watched.
  if (kindOf(desired).write === 'CreateOnce') return reasonToHandOver(desired, live);
  return driftOf(stamped(desired), live);
}

/** Whether what is made once goes with its stack, or stays, unlike the stack says by now. */
function reasonToHandOver(desired: KubernetesObject, live: KubernetesObject): string | undefined {
  const [wanted, found] = [desired, live].map(({ metadata }) => metadata.annotations?.[retentionAnnotation]);
  return wanted !== undefined && found !== undefined && wanted !== found
    ? `metadata.annotations.${retentionAnnotation}`
    : undefined;
}

/** The object with the hash of itself. */
export function stamped(object: KubernetesObject): KubernetesObject {
  if (kindOf(object).write === 'CreateOnce') return object;
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [appliedAnnotation]: shortHash(object) },
    },
  };
}

function isPrunable(object: KubernetesObject): boolean {
  if (object.metadata.deletionTimestamp !== undefined || isRetained(object)) return false;
  return (object.metadata.ownerReferences ?? []).some(
    ({ kind, controller }) => kind === 'EcommerceStack' && controller === true,
  );
}
