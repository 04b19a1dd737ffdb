import { isNotFound } from '@ecommercestack/controller-runtime';
import type { EcommerceStack, EcommerceStackStatus } from '../api/ecommercestack.ts';
import { canonicalJson } from '../api/hash.ts';
import { transitions } from '../status/transitions.ts';
import type { ReconcileContext } from './context.ts';

/** Writes the status if it differs from what the stack carries, then tells of what changed; returns the stack as it is now. */
export async function report(
  { cluster, record, log }: ReconcileContext,
  stack: EcommerceStack,
  status: EcommerceStackStatus,
): Promise<EcommerceStack> {
  if (canonicalJson(status) === canonicalJson(stack.status ?? {})) return stack;
  const written = await cluster.writeStatus(stack, status).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  // Deleted a moment ago: there is nobody left to report to.
  if (written === undefined) return stack;
  for (const transition of transitions(stack.status, status)) {
    record(written, transition);
    log(stack)('info', transition.note, { reason: transition.reason });
  }
  return written;
}
