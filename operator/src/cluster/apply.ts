import { ApiError, describeError, isAlreadyExists, isConflict } from '@ecommercestack/controller-runtime';
import { kindOf } from '../api/kinds.ts';
import { type KubernetesObject, objectKey } from '../api/object.ts';
import { removalOfIntruders, renamingOfIntruders } from '../plan/intruders.ts';
import type { ObjectProblem } from '../status/evidence.ts';
import type { Cluster } from './cluster.ts';
import { holderOf, isFormers, ownershipOf, type StackIdentity, wasApplied } from './ownership.ts';

/** What to write and what to delete, each in order. */
export type Changes = {
  readonly apply: readonly KubernetesObject[];
  readonly prune: readonly KubernetesObject[];
};

/** What became of the changes: every object is tried whatever became of the others, unless their namespace is going. */
export type Outcome = {
  /**
   * Keys of the objects whose effect has yet to show: everything that was made anew, and workloads that were changed,
   * whose pods follow. A change to any other object took effect when the API server stored it.
   */
  readonly awaited: readonly string[];
  readonly problems: readonly ObjectProblem[];
};

/** Objects of one Kind that are written at the same time. */
const batch = 8;

const isTerminating = ({ reason }: ObjectProblem): boolean => reason === 'Terminating';

/**
 * Applies, then prunes. Kinds follow one another in the order given, because a route must not name what is not there
 * yet; objects of one Kind do not depend on each other. Never throws for a refusal of a single object.
 */
export async function applyChanges(
  cluster: Cluster,
  stack: StackIdentity,
  changes: Changes,
  seen: readonly KubernetesObject[],
): Promise<Outcome> {
  const live = new Map(seen.map((object) => [objectKey(object), object]));
  const key = `${stack.namespace}/${stack.name}`;
  const awaited: string[] = [];
  const problems: ObjectProblem[] = [];
  const attempt = async (object: KubernetesObject, write: () => Promise<boolean>): Promise<void> => {
    try {
      if (await write()) awaited.push(objectKey(object));
    } catch (error) {
      problems.push(problemOf(object, error));
    }
  };
  for (const group of groups(changes.apply)) {
    // The stack goes with its namespace: what else it wants would be refused as well.
    if (problems.some(isTerminating)) return { awaited, problems };
    await Promise.all(
      group.map((object) =>
        attempt(object, () => write(cluster, stack, key, object, live.get(objectKey(object)))),
      ),
    );
  }
  for (const group of groups(changes.prune)) {
    await Promise.all(
      group.map((object) => attempt(object, () => cluster.remove(key, object).then(() => false))),
    );
  }
  return { awaited, problems };
}

/** Thrown when the name of a desired object is somebody else's. */
class NameConflictError extends Error {
  override readonly name = 'NameConflictError';
}

/** Thrown for an object of a former stack of this name, which is being collected and soon gone. */
class FormerStackError extends Error {
  override readonly name = 'FormerStackError';

  constructor() {
    super('belongs to a former stack of this name and is being collected');
  }
}

async function write(
  cluster: Cluster,
  stack: StackIdentity,
  key: string,
  desired: KubernetesObject,
  known: KubernetesObject | undefined,
): Promise<boolean> {
  if (kindOf(desired).write === 'CreateOnce') {
    return known === undefined ? createOnce(cluster, key, desired) : handOver(cluster, key, desired, known);
  }
  if (known !== undefined && ownershipOf(stack, known) === 'Ours') {
    const taken = await takeBack(cluster, key, desired, known).catch(unlessConflict);
    if (taken !== undefined) return taken;
  }
  if (known === undefined && (await cluster.applyNew(key, desired))) return true;
  // It is there unseen, changed since it was seen, or seen without our owner reference: only the live object tells.
  const live = await cluster.find(desired);
  if (live === undefined) {
    throw new ApiError(409, { reason: 'Conflict', message: 'its name was taken, and is free again' });
  }
  if (isFormers(stack, live)) throw new FormerStackError();
  const ownership = ownershipOf(stack, live);
  if (ownership === 'Foreign' || (ownership === 'Orphan' && !wasApplied(live))) {
    throw new NameConflictError(holderOf(live));
  }
  return takeBack(cluster, key, desired, live);
}

/** Applies to an object of ours and clears its lists of what a hand left in them. */
async function takeBack(
  cluster: Cluster,
  key: string,
  desired: KubernetesObject,
  live: KubernetesObject,
): Promise<boolean> {
  const clash = renamingOfIntruders(desired, live);
  const renamed = clash === undefined ? live : await cluster.patch(key, live, clash);
  const applied = await cluster.apply(key, onto(desired, renamed));
  const intruders = removalOfIntruders(desired, applied);
  const after = intruders === undefined ? applied : await cluster.patch(key, applied, intruders);
  return hasConsequences(live, after);
}

/**
 * Creates what is never written again. A namesake is left as it is: where it can be seen it is not ours, or it would
 * not have been missed; where it cannot, it is what an earlier process made, or a retained store's.
 */
async function createOnce(cluster: Cluster, key: string, desired: KubernetesObject): Promise<boolean> {
  try {
    await cluster.create(key, desired);
    return true;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const { namespace = '', name } = desired.metadata;
    if (cluster.secret(namespace, name)?.version === undefined) return false;
    const stack = cluster.stack(key);
    const seen = stack && cluster.children(stack).find((child) => objectKey(child) === objectKey(desired));
    if (stack && seen && isFormers(stack.metadata, seen)) throw new FormerStackError();
    throw new NameConflictError('not made by this stack');
  }
}

/** Gives what is made once to its stack, or takes it away, with the policy that says so; its content stays unread. */
async function handOver(
  cluster: Cluster,
  key: string,
  { metadata }: KubernetesObject,
  live: KubernetesObject,
): Promise<boolean> {
  const { annotations, ownerReferences = [] } = metadata;
  await cluster.patch(key, live, { metadata: { annotations, ownerReferences } });
  return false;
}

/** Whether pods follow from a change: a workload has them only when its specification is another one. */
function hasConsequences(before: KubernetesObject, after: KubernetesObject): boolean {
  const runsPods = after.kind === 'Deployment' || after.kind === 'StatefulSet';
  return runsPods && before.metadata.generation !== after.metadata.generation;
}

/**
 * An apply to this very state of an object. Without the uid it would join a namesake; without the version, one that was
 * on its way while another process took the lease would undo what that one wrote since.
 */
function onto(desired: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const precondition = { uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion };
  return { ...desired, metadata: { ...desired.metadata, ...precondition } };
}

/** A lost race is no failure here: what won it is read next. */
function unlessConflict(error: unknown): undefined {
  if (!isConflict(error)) throw error;
}

function problemOf(object: KubernetesObject, error: unknown): ObjectProblem {
  const { kind } = object;
  const { name } = object.metadata;
  if (error instanceof NameConflictError)
    return { kind, name, reason: 'NameConflict', message: error.message };
  if (
    error instanceof ApiError &&
    error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')
  ) {
    return { kind, name, reason: 'Terminating', message: error.message };
  }
  // A conflict, a timeout or a failing API server passes; a refusal stays until somebody acts.
  const refused = error instanceof ApiError && [400, 403, 405, 413, 422].includes(error.status);
  return { kind, name, reason: refused ? 'ObjectRefused' : 'Unreachable', message: describeError(error) };
}

function* groups(objects: readonly KubernetesObject[]): Generator<KubernetesObject[]> {
  let group: KubernetesObject[] = [];
  for (const object of objects) {
    if (group.length > 0 && (group[0]?.kind !== object.kind || group.length >= batch)) {
      yield group;
      group = [];
    }
    group.push(object);
  }
  if (group.length > 0) yield group;
}
