import type { Clock } from '../domain/clock.ts';
import type { Pause } from '../domain/pause.ts';
import type { Effect, EventStore, Timer } from '../store/event-store.ts';
import { createBell } from './bell.ts';
import { inLanes } from './lanes.ts';

export type TimersSpec = {
  /** Names of the timers that `wake` is for. */
  readonly names: readonly string[];
  /** This process; unique among all that ever wait for the timers of the store. */
  readonly owner: string;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly pause: Pause;
  /** Decides what the time changes; undefined when there is nothing to do any more. It may be asked again. */
  readonly wake: (timer: Timer) => Promise<Effect | undefined>;
  readonly onError: (error: unknown, timer?: Timer) => void;
};

const leaseMs = 15_000;
const renewMs = 5000;
const soonMs = 20;
const batch = 100;
const lanes = 8;

/** Waits for the timers of a store, in one process at a time, and has each one's effect once. */
export function startTimers(spec: TimersSpec): { readonly stop: () => Promise<void> } {
  const { names, owner, store, clock, pause } = spec;
  const bell = createBell(pause);
  const stopping = new AbortController();
  const lead = { name: 'timers', owner };

  const fire = async (timer: Timer): Promise<boolean> => {
    try {
      const { outcome } = await store.commit({ ...(await spec.wake(timer)), fired: timer });
      if (outcome === 'forbidden') throw new Error('a row breaks a constraint');
      return outcome !== 'stale';
    } catch (error) {
      spec.onError(error, timer);
      return true;
    }
  };
  const turn = async (): Promise<number> => {
    const { leads } = await store.follow({ ...lead, leaseMs, limit: 0 });
    if (!leads) return renewMs;
    const timers = await store.nextTimers(names, batch);
    const now = clock.now();
    const due = timers.filter((timer) => Date.parse(timer.due) <= now);
    let isOvertaken = due.length === batch;
    await inLanes(
      due,
      ({ id }) => id,
      lanes,
      async (timer) => {
        if (!(await fire(timer))) isOvertaken = true;
      },
    );
    // A timer whose `wake` fails is due still; it gets its next chance with the next round, not at once.
    const next = timers[due.length];
    const untilNext = next === undefined ? renewMs : Date.parse(next.due) - now;
    return isOvertaken ? soonMs : Math.min(renewMs, Math.max(soonMs, untilNext));
  };
  const run = async (): Promise<void> => {
    const listening = await store.listen('timers', bell.ring);
    while (!stopping.signal.aborted) {
      const rest = await turn().catch((error: unknown) => {
        spec.onError(error);
        return renewMs;
      });
      if (!stopping.signal.aborted) await bell.sleep(rest);
    }
    await listening.stop();
    await store.release(lead);
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
