import type { Clock } from '../../packages/service-kit/src/domain/clock.ts';
import type { Pause } from '../../packages/service-kit/src/domain/pause.ts';

/** A clock that stands still while anybody can go on, and then jumps to the next one that sleeps. */
export type SimulatedTime = {
  readonly clock: Clock;
  readonly pause: Pause;
  /** Lets time pass until the condition holds, at most so many milliseconds of it; false when it did not. */
  readonly run: (isDone: () => boolean, mostMs: number) => Promise<boolean>;
};

type Sleeper = { readonly at: number; readonly order: number; readonly wake: () => void };

/** Time that begins at a date and moves only in `run`. */
export function createSimulatedTime(start: number): SimulatedTime {
  const sleepers = new Set<Sleeper>();
  let now = start;
  let order = 0;
  const next = (): Sleeper | undefined => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers)
      if (
        first === undefined ||
        sleeper.at < first.at ||
        (sleeper.at === first.at && sleeper.order < first.order)
      )
        first = sleeper;
    return first;
  };
  return {
    clock: { now: () => now },
    pause: (milliseconds, signal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper = { at: now + milliseconds, order: order++, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    run: async (isDone, mostMs) => {
      const until = now + mostMs;
      for (;;) {
        // Everything that can go on without time does so before the next turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
        if (isDone()) return true;
        const sleeper = next();
        if (sleeper === undefined || sleeper.at > until) return false;
        now = sleeper.at;
        sleeper.wake();
      }
    },
  };
}
