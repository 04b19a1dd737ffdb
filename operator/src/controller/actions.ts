import { keyOf } from '@ecommercestack/controller-runtime';
import type { CompletedStack } from '../api/completed.ts';
import { toSeconds } from '../api/duration.ts';
import type { EcommerceStack, EcommerceStackStatus } from '../api/ecommercestack.ts';
import type { ObjectMeta } from '../api/object.ts';
import type { RolloutAction } from '../api/rolloutaction.ts';
import type { ActionResult } from '../rollout/action.ts';
import { assign } from '../rollout/assign.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import { type ActionsByService, answersOf } from '../rollout/joint.ts';
import type { Halt } from '../status/summarize.ts';
import { answerWith, isAnswered, pruneAnswered } from './answers.ts';
import type { ReconcileContext } from './context.ts';

/** What people ask of one stack. */
export type Asked = {
  /** Every action that names the stack, answered ones too. */
  readonly all: readonly RolloutAction[];
  /** What rollouts are decided with. */
  readonly world: { readonly actions: ActionsByService; readonly guarded: boolean };
  readonly refused: readonly ActionResult[];
  /** True: actions wait until it is known whether anybody checks who writes them. */
  readonly withheld: boolean;
};

/** Gathers the actions that name a stack; asks the API server nothing where none waits. */
export async function askedOf(
  context: ReconcileContext,
  stack: CompletedStack,
  status: EcommerceStackStatus | undefined,
  now: string,
): Promise<Asked> {
  const all = actionsOf(context, stack.metadata);
  const pending = all.filter((action) => !isAnswered(action));
  if (pending.length === 0)
    return { all, world: { actions: {}, guarded: false }, refused: [], withheld: false };
  const trusting = pending.filter((action) => needsGuard(action, now));
  const guard = trusting.length === 0 ? undefined : await context.guard.test(stack.metadata.namespace);
  const withheld = guard?.state === 'Unknown';
  const judged = withheld ? pending.filter((action) => !trusting.includes(action)) : pending;
  const { byService, refused } = assign(judged, stack, status);
  return { all, refused, withheld, world: { actions: byService, guarded: guard?.state === 'Guarded' } };
}

/** Tells everybody who asked what became of it, after status has stored it; then lets old answers go. */
export async function answerActions(
  context: ReconcileContext,
  stack: EcommerceStack,
  { all, refused, world }: Asked,
  decisions: readonly RolloutDecision[],
  now: string,
): Promise<void> {
  const key = keyOf(stack.metadata);
  const answers = [...refused, ...answersOf(world.actions, decisions)];
  for (const { uid, ...answer } of answers) {
    const action = all.find(({ metadata }) => metadata.uid === uid);
    if (action !== undefined) await answerWith(context, key, action, answer, now);
  }
  await pruneAnswered(context, key, all);
}

/** Refuses whatever is asked of a stack that is not acted on. */
export async function refuseActions(
  context: ReconcileContext,
  stack: EcommerceStack,
  { reason, message }: Halt,
  now: string,
): Promise<void> {
  const all = actionsOf(context, stack.metadata);
  const answer = { result: 'Rejected' as const, reason, message: `the stack is not acted on: ${message}` };
  for (const action of all.filter((one) => !isAnswered(one)))
    await answerWith(context, keyOf(stack.metadata), action, answer, now);
  await pruneAnswered(context, keyOf(stack.metadata), all);
}

function actionsOf(
  { cluster }: ReconcileContext,
  { namespace, uid }: Pick<ObjectMeta, 'namespace' | 'uid'>,
): RolloutAction[] {
  return cluster.actions(namespace ?? '').filter(({ spec }) => spec.stackUID === uid);
}

/** An abort is never withheld, and what is too old is refused anyway. */
function needsGuard({ metadata, spec }: RolloutAction, now: string): boolean {
  const age = Date.parse(now) - Date.parse(metadata.creationTimestamp ?? '');
  return spec.action !== 'Abort' && age < toSeconds(spec.expiresAfter) * 1000;
}
