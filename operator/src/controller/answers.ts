import { isConflict, isNotFound } from '@ecommercestack/controller-runtime';
import type { KubernetesObject } from '../api/object.ts';
import type { RolloutAction, RolloutActionStatus } from '../api/rolloutaction.ts';
import type { ActionResult } from '../rollout/action.ts';
import { cut } from '../status/conditions.ts';
import type { ReconcileContext } from './context.ts';

/** Answered actions of one target that stay; older ones are in the history of the status. */
const keptAnswers = 20;

/** Whether the operator has said what became of an action. */
export function isAnswered({ status }: RolloutAction): boolean {
  return status?.result !== undefined;
}

/** Writes the one answer to an action into its status. */
export async function answerWith(
  { cluster }: Pick<ReconcileContext, 'cluster'>,
  key: string,
  action: RolloutAction,
  answer: Omit<ActionResult, 'uid'>,
  now: string,
): Promise<void> {
  try {
    await cluster.answerAction(key, action, answerStatus(action, answer, now));
  } catch (error) {
    // Deleted meanwhile, or changed since it was seen: then the caches will show it again, and so comes the answer.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** An answer as kstatus reads it: Ready once it is applied, Stalled once it is refused. */
export function answerStatus(
  action: RolloutAction,
  { result, reason, message: text }: Omit<ActionResult, 'uid'>,
  now: string,
): RolloutActionStatus {
  const message = cut(text);
  const observedGeneration = action.metadata.generation ?? 1;
  const applied = result === 'Applied';
  const condition = (type: string, holds: boolean) => ({
    ...{ type, status: holds ? ('True' as const) : ('False' as const) },
    ...{ observedGeneration, lastTransitionTime: now, reason, message },
  });
  return {
    observedGeneration,
    result,
    message,
    ...(applied && { appliedAt: now }),
    conditions: [
      condition('Ready', applied),
      condition('Reconciling', false),
      condition('Stalled', !applied),
    ],
  };
}

/** Deletes all but the newest answered actions of each target. */
export async function pruneAnswered(
  { cluster }: Pick<ReconcileContext, 'cluster'>,
  key: string,
  actions: readonly RolloutAction[],
): Promise<void> {
  const answered = actions.filter(isAnswered);
  for (const some of Map.groupBy(
    answered,
    ({ spec }) => `${spec.target.type} ${spec.target.name}`,
  ).values()) {
    // What the API server stores has all that any object has.
    for (const old of some.toSorted(newestFirst).slice(keptAnswers))
      await cluster.remove(key, old as unknown as KubernetesObject);
  }
}

function newestFirst({ metadata: one }: RolloutAction, { metadata: other }: RolloutAction): number {
  const [first = '', second = ''] = [one.creationTimestamp, other.creationTimestamp];
  if (first !== second) return first < second ? 1 : -1;
  return one.name < other.name ? 1 : -1;
}
