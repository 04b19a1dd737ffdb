import type { EventBus } from '../../packages/service-kit/src/bus/event-bus.ts';
import type { EventStore } from '../../packages/service-kit/src/store/event-store.ts';
import { Unavailable } from '../../packages/service-kit/src/store/unavailable.ts';

/** One life of a process. After its death nothing that it asks is answered, and nothing more reaches the world. */
export type Life = {
  readonly isOver: () => boolean;
  /** Carries out a call and answers it, unless the process is dead or dies of this very call. */
  readonly live: <Value>(call: () => Promise<Value>) => Promise<Value>;
};

/** When a process dies: at which of its writes and publications, and before or after it took effect. */
export type Death = { readonly call: number; readonly when: 'before' | 'after' };

/** A life that ends as drawn; `die` is told once. */
export function createLife(death: Death | undefined, die: () => void): Life {
  const state = { calls: 0, over: false };
  const never = <Value>(): Promise<Value> => new Promise<Value>(() => {});
  return {
    isOver: () => state.over,
    live: async (call) => {
      if (state.over) return never();
      state.calls += 1;
      const isLast = state.calls === death?.call;
      if (isLast && death?.when === 'before') {
        state.over = true;
        die();
        return never();
      }
      const value = await call();
      // It may have died elsewhere while this call was under way.
      if (isLast && !state.over) {
        state.over = true;
        die();
      }
      return state.over ? never() : value;
    },
  };
}

/** What a store may do to the effect of a message without death: another commit came first, or it cannot be reached. */
export type Mishap = 'stale' | 'away';

/**
 * A store that a mortal process uses. Reads are answered while it lives; writes may be what it dies of. The effect of a
 * message may meet a mishap first, as drawn.
 */
export function mortalStore(
  store: EventStore,
  { live, isOver }: Life,
  mishap: () => Mishap | undefined,
): EventStore {
  const read = async <Value>(call: () => Promise<Value>): Promise<Value> => {
    const value = isOver() ? undefined : { found: await call() };
    return value === undefined || isOver() ? new Promise<Value>(() => {}) : value.found;
  };
  return {
    ...store,
    load: (...asked) => read(() => store.load(...asked)),
    commit: (commit) =>
      live(async () => {
        const isEffect = commit.receipt !== undefined && commit.deadLetter === undefined;
        const met = isEffect ? mishap() : undefined;
        if (met === 'away') throw new Unavailable('the store cannot be reached');
        return met === 'stale' ? { outcome: 'stale' } : store.commit(commit);
      }),
    follow: (follow) =>
      follow.done === undefined ? read(() => store.follow(follow)) : live(() => store.follow(follow)),
    release: (follower) => read(() => store.release(follower)),
    nextTimers: (...asked) => read(() => store.nextTimers(...asked)),
    answerOf: (...asked) => read(() => store.answerOf(...asked)),
  };
}

/** A bus that a mortal process publishes on. */
export function mortalBus(bus: EventBus, { live }: Life): EventBus {
  return { ...bus, publish: (events) => live(() => bus.publish(events)) };
}
