import type { Cancel, Clock } from './clock.ts';

const FIRST_MS = 30_000;
const LONGEST_MS = 600_000;

/**
 * Keys that wait for others to do something. When nothing was heard about one for a while, what was heard may be wrong: an
 * event may have been lost. Each time in a row the while doubles, because most often others are simply slow.
 */
export class Doubts {
  readonly #clock: Clock;
  readonly #onDoubt: () => void;
  readonly #waiting = new Map<string, { delay: number; cancel: Cancel }>();
  #stopped = false;

  constructor(clock: Clock, onDoubt: () => void) {
    this.#clock = clock;
    this.#onDoubt = onDoubt;
  }

  /** The key was looked at and waits, from now on. */
  waits(key: string): void {
    if (this.#stopped) return;
    const delay = this.#waiting.get(key)?.delay ?? FIRST_MS;
    this.#waiting.get(key)?.cancel();
    this.#arm(key, delay);
  }

  /** The key was looked at and waits for nothing. */
  settles(key: string): void {
    this.#waiting.get(key)?.cancel();
    this.#waiting.delete(key);
  }

  /** Leaves no timer behind, also for looks that end later. */
  stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #arm(key: string, delay: number): void {
    const cancel = this.#clock.after(delay, () => {
      this.#arm(key, Math.min(delay * 2, LONGEST_MS));
      this.#onDoubt();
    });
    this.#waiting.set(key, { delay, cancel });
  }
}
