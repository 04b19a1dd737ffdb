import type { EcommerceStack } from '../api/ecommercestack.ts';
import type { ObjectProblem } from '../status/evidence.ts';
import type { ReconcileContext } from './context.ts';

/** Uids of stacks, by the stack's key, whose namespace is being deleted: it never takes an object again. */
export type Leaving = Map<string, string | undefined>;

/** Forgets what is remembered of a stack that is gone. */
export function forget(
  { records, leaving }: Pick<ReconcileContext, 'records' | 'leaving'>,
  key: string,
): void {
  records.delete(key);
  leaving.delete(key);
}

/** Whether the stack was found to go with its namespace. */
export function isLeaving(leaving: Leaving, key: string, { metadata }: EcommerceStack): boolean {
  return leaving.has(key) && leaving.get(key) === metadata['uid'];
}

/** Remembers a stack whose objects were refused because its namespace is going, and says whether it is one. */
export function noteLeaving(
  leaving: Leaving,
  key: string,
  { metadata }: EcommerceStack,
  problems: readonly ObjectProblem[],
): boolean {
  if (!problems.some(({ reason }) => reason === 'Terminating')) return false;
  leaving.set(key, metadata['uid'] as string | undefined);
  return true;
}
