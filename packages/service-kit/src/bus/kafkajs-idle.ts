import { createRequire } from 'node:module';

type RequestQueue = { pending: unknown[]; scheduleCheckPendingRequests: () => void };

/**
 * Keeps idle connections of kafkajs 2.2.4 quiet. Its request queue looks for waiting requests by a timer that it sets
 * again each time, also when nothing waits, to a moment long past: every connection then wakes the process a thousand
 * times a second for ever, and Node warns of negative timeouts (tulios/kafkajs#1751). Here the timer is set only while
 * something waits; a request that has to wait sets it by itself.
 */
export function quietIdleConnections(): void {
  const load = createRequire(import.meta.url);
  // The class is internal and untyped; the shape is what its 2.2.4 source has, and the contract suite counts timers.
  const { prototype } = load('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhilePending(this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
