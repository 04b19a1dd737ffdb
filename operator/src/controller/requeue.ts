import type { ReconcileResult } from '@ecommercestack/controller-runtime';
import type { EcommerceStack } from '../api/ecommercestack.ts';
import { describeProblem } from '../status/concerns.ts';
import type { Evidence, ObjectProblem } from '../status/evidence.ts';
import type { ReconcileContext } from './context.ts';

/** How soon an obstacle that sends no event is looked at again. */
const absentMs = 5_000;
const obstacleMs = 10_000;
/** A timer holds no more than 24 days; a longer clock is looked at in between. */
const longestMs = 86_400_000;

/** Thrown for what passes by itself, so that the queue backs off and counts it. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError';
}

/**
 * When to come back: by event alone when all is done, soon where an obstacle may go away unseen. A stack that is on its way
 * waits for what others do, so silence about it is suspicious.
 */
export function afterwards(
  context: ReconcileContext,
  stack: EcommerceStack,
  { absent, decisions, now }: Pick<Evidence, 'absent' | 'decisions' | 'now'>,
  problems: readonly ObjectProblem[],
  withheld = false,
): ReconcileResult {
  const clocks = decisions.flatMap(({ turn }) => (turn?.wakeAt === undefined ? [] : [turn.wakeAt]));
  const { requeueAfter } = obstacles(context, stack, absent, problems);
  const times = [
    ...(requeueAfter === undefined ? [] : [requeueAfter]),
    ...(withheld ? [obstacleMs] : []),
    ...clocks.map((at) => Math.max(0, at - Date.parse(now))),
  ];
  const converging = stack.status?.conditions?.find(({ type }) => type === 'Reconciling');
  return {
    ...(times.length > 0 && { requeueAfter: Math.min(...times, longestMs) }),
    waits: converging?.status === 'True' && !isTimed(stack),
  };
}

/** Whether nothing but a clock of a rollout is waited for, about which nobody else says anything. */
function isTimed({ status }: EcommerceStack): boolean {
  return (status?.conditions ?? []).every(({ type, status: value, reason }) => {
    if (type === 'RolloutHealthy') return reason === 'Holding' || reason === 'Finishing';
    return (
      !['DataReady', 'ServicesAvailable', 'MeshConfigured'].includes(type) ||
      value === 'True' ||
      reason === 'MeshOff'
    );
  });
}

function obstacles(
  { cluster, log }: ReconcileContext,
  stack: EcommerceStack,
  absent: Evidence['absent'],
  problems: readonly ObjectProblem[],
): ReconcileResult {
  const passing = problems.filter(({ reason }) => reason === 'Unreachable');
  if (passing.length > 0) throw new UnfinishedError(passing.map(describeProblem).join('; '));
  for (const problem of problems) log(stack)('debug', describeProblem(problem), { reason: problem.reason });
  if (absent.length > 0) {
    cluster.recheck(absent);
    return { requeueAfter: absentMs };
  }
  return problems.length > 0 ? { requeueAfter: obstacleMs } : {};
}
