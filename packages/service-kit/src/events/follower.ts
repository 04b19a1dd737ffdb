import type { Pause } from '../domain/pause.ts';
import type { EventStore, Position, StoredEvent } from '../store/event-store.ts';
import { createBell } from './bell.ts';

export type FollowerSpec = {
  readonly name: string;
  /** This process; unique among all that ever follow under the name. */
  readonly owner: string;
  readonly store: EventStore;
  readonly pause: Pause;
  /** Carries the events after `from` out for good. After a rejection they come again, from the place that is known. */
  readonly handle: (events: readonly StoredEvent[], from: Position) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly batch?: number;
};

export type Follower = {
  /** Finishes the batch in hand, remembers its place and lets another process lead. */
  readonly stop: () => Promise<void>;
};

const leaseMs = 5000;
// Also how long a lost wake-up can cost, and how long the place may lag behind when nothing happens.
const renewMs = 1500;
// An open transaction hides events behind it. Most end at once; about one that takes long it is asked less and less often.
const hidden = { firstMs: 2, mostMs: 100 };
const failure = { firstMs: 100, mostMs: 5000 };

/** How long to rest, and whether new events end the rest. */
type Rest = { readonly milliseconds: number; readonly wakes: boolean };

/**
 * Follows the log of a store from where it was left, in one process at a time. Places are remembered with the next
 * question, so a batch costs one statement; a process that dies in between leaves a batch that comes again.
 */
export function startFollower(spec: FollowerSpec): Follower {
  const { name, owner, store, pause } = spec;
  const bell = createBell(pause);
  const stopping = new AbortController();
  const state: { done?: Position | undefined; leads: boolean; failures: number; waits: number } = {
    leads: false,
    failures: 0,
    waits: 0,
  };

  const turn = async (): Promise<Rest> => {
    const limit = spec.batch ?? 500;
    const done = state.done === undefined ? {} : { done: state.done };
    const followed = await store.follow({ name, owner, leaseMs, limit, ...done });
    state.leads = followed.leads;
    state.done = undefined;
    if (!followed.leads) return { milliseconds: renewMs, wakes: false };
    const last = followed.events.at(-1);
    state.waits = followed.waiting && last === undefined ? state.waits + 1 : 0;
    const pauseMs = followed.waiting ? Math.min(hidden.firstMs * 2 ** state.waits, hidden.mostMs) : renewMs;
    if (last === undefined) return { milliseconds: pauseMs, wakes: true };
    await spec.handle(followed.events, followed.from);
    state.done = last.position;
    const isMore = followed.events.length === limit;
    return { milliseconds: isMore ? 0 : pauseMs, wakes: true };
  };
  const turnOrFail = async (): Promise<Rest> => {
    try {
      const rest = await turn();
      state.failures = 0;
      return rest;
    } catch (error) {
      spec.onError(error);
      state.done = undefined;
      const milliseconds = Math.min(failure.firstMs * 2 ** state.failures, failure.mostMs);
      state.failures += 1;
      return { milliseconds, wakes: false };
    }
  };
  const run = async (): Promise<void> => {
    const listening = await store.listen('events', bell.ring);
    while (!stopping.signal.aborted) {
      const { milliseconds, wakes } = await turnOrFail();
      if (stopping.signal.aborted || milliseconds === 0) continue;
      await (wakes ? bell.sleep(milliseconds) : pause(milliseconds, stopping.signal));
    }
    await listening.stop();
    if (state.leads && state.done !== undefined)
      await store.follow({ name, owner, leaseMs, limit: 1, done: state.done });
    if (state.leads) await store.release({ name, owner });
  };
  const running = run().catch(spec.onError);
  return {
    stop: async () => {
      stopping.abort();
      bell.ring();
      await running;
    },
  };
}
