import type { ReconcileResult } from '@ecommercestack/controller-runtime';
import type { EcommerceStack } from '../api/ecommercestack.ts';
import type { Capability } from '../api/kinds.ts';
import { describeProblem } from '../status/concerns.ts';
import type { ObjectProblem } from '../status/evidence.ts';
import type { ReconcileContext } from './context.ts';

/** How soon an obstacle that sends no event is looked at again. */
const absentMs = 5_000;
const obstacleMs = 10_000;

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
  absent: readonly Capability[],
  problems: readonly ObjectProblem[],
): ReconcileResult {
  const converging = stack.status?.conditions?.find(({ type }) => type === 'Reconciling');
  return { ...obstacles(context, stack, absent, problems), waits: converging?.status === 'True' };
}

function obstacles(
  { cluster, log }: ReconcileContext,
  stack: EcommerceStack,
  absent: readonly Capability[],
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
