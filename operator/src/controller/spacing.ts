import type { Clock, Reconcile } from '@ecommercestack/controller-runtime';

/** More keys than any installation has stacks; beyond it, forgetting costs one early reconcile. */
const remembered = 10_000;

/**
 * The same work, at most once every `spacingMs` for one key. A rollout changes dozens of objects within a second and
 * one look at all of them is enough; the first change after a quiet time is acted on at once. A failure is not held
 * back, because the queue's own back-off spaces it.
 */
export function spaced(work: Reconcile, spacingMs: number, clock: Pick<Clock, 'monotonic'>): Reconcile {
  const doneAt = new Map<string, number>();
  return async (key, signal) => {
    const left = (doneAt.get(key) ?? Number.NEGATIVE_INFINITY) + spacingMs - clock.monotonic();
    if (left > 0) return { requeueAfter: left };
    doneAt.delete(key);
    const result = await work(key, signal);
    if (doneAt.size >= remembered) doneAt.clear();
    doneAt.set(key, clock.monotonic());
    return result;
  };
}
