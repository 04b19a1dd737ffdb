import type { BackoffOptions } from './backoff.ts';
import { backoffDelay } from './backoff.ts';
import type { Cancel, Clock } from './clock.ts';
import { systemClock } from './clock.ts';

/** What a queue reports, for metrics. */
export interface QueueObserver {
  onDepth?(depth: number): void;
  /** Called when a worker takes a key, with the time it had waited. */
  onTake?(waitedMs: number): void;
  onRetry?(): void;
}

/** How a queue behaves. */
export interface WorkQueueOptions {
  /** Waits after failures of one key; default 5 ms doubling to 30 s. */
  readonly backoff?: BackoffOptions;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly observer?: QueueObserver;
}

/**
 * Keys waiting to be worked on, first come first served. A key waits at most once and is held by at most one worker;
 * added while it is held, it comes back after `done`. A failing key waits for its own back-off outside the line, so it
 * cannot delay others.
 */
export class WorkQueue {
  readonly #waiting = new Map<string, number>();
  readonly #held = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { due: number; cancel: Cancel }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #idle: (() => void)[] = [];
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #backoff: BackoffOptions;
  readonly #observer: QueueObserver;
  #closed = false;

  constructor(options: WorkQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#backoff = options.backoff ?? { base: 5, cap: 30_000 };
    this.#observer = options.observer ?? {};
  }

  /** Keys ready for a worker. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Keys in the hands of workers. */
  get held(): number {
    return this.#held.size;
  }

  /** Failures of a key since the last `forget`. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Puts a key in line now; a pending delay of it is kept, because it may stand for a deadline. */
  add(key: string): void {
    if (this.#closed) return;
    if (this.#held.has(key)) {
      this.#again.add(key);
      return;
    }
    if (this.#waiting.has(key)) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) {
      this.#hold(key, 0);
      taker(key);
      return;
    }
    this.#waiting.set(key, this.#clock.monotonic());
    this.#observer.onDepth?.(this.#waiting.size);
  }

  /** Puts a key in line after `milliseconds`; of several delays of one key the earliest counts. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#closed) return;
    if (milliseconds <= 0) {
      this.add(key);
      return;
    }
    const due = this.#clock.monotonic() + milliseconds;
    const pending = this.#delayed.get(key);
    if (pending !== undefined && pending.due <= due) return;
    pending?.cancel();
    const cancel = this.#clock.after(milliseconds, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { due, cancel });
  }

  /** Counts a failure of a key and puts it in line after its back-off, which is returned in milliseconds. */
  retry(key: string): number {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    const delay = backoffDelay(this.#backoff, failures, this.#random);
    this.#observer.onRetry?.();
    this.addAfter(key, delay);
    return delay;
  }

  /** Puts all keys that wait after a failure in line now, because what they failed of may be over. */
  hurry(): void {
    for (const [key, { cancel }] of this.#delayed) {
      if (this.failures(key) === 0) continue;
      cancel();
      this.#delayed.delete(key);
      this.add(key);
    }
  }

  /** Ends a key's back-off: its next failure starts from the first wait again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Waits for a key; undefined once the queue is shut down. Every key taken must be given back with `done`. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const first = this.#waiting.entries().next();
    if (first.done === true) return new Promise((resolve) => this.#takers.push(resolve));
    const [key, since] = first.value;
    this.#waiting.delete(key);
    this.#observer.onDepth?.(this.#waiting.size);
    this.#hold(key, this.#clock.monotonic() - since);
    return Promise.resolve(key);
  }

  /** Gives a key back; if it was added meanwhile it goes to the end of the line. */
  done(key: string): void {
    this.#held.delete(key);
    if (this.#again.delete(key)) this.add(key);
    if (this.#held.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Drops everything that waits and resolves when no worker holds a key any more. */
  shutDown(): Promise<void> {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#waiting.clear();
    this.#again.clear();
    this.#observer.onDepth?.(0);
    for (const taker of this.#takers.splice(0)) taker(undefined);
    if (this.#held.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #hold(key: string, waitedMs: number): void {
    this.#held.add(key);
    this.#observer.onTake?.(waitedMs);
  }
}
