import type { Cancel, Clock } from '../clock.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** A clock that moves only when told; its wall clock can be set apart from its monotonic one. */
export class VirtualClock implements Clock {
  #now: number;
  #wall: number;
  readonly #timers = new Set<Timer>();

  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#now = 0;
    this.#wall = wall;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): Cancel {
    const timer = { due: this.#now + Math.max(0, milliseconds), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Makes the wall clock jump; the monotonic one does not notice. */
  setWall(milliseconds: number): void {
    this.#wall = milliseconds;
  }

  /** Lets time pass without any timer, as for a suspended process; overdue ones fire at the next `advance`. */
  jump(milliseconds: number): void {
    this.#step(this.#now + milliseconds);
  }

  /** Lets time pass, firing timers in order; work that they start is given a turn between them. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await turn();
      const next = [...this.#timers].sort((a, b) => a.due - b.due)[0];
      if (next === undefined || next.due > end) break;
      this.#step(Math.max(next.due, this.#now));
      this.#timers.delete(next);
      next.callback();
    }
    this.#step(end);
    await turn();
  }

  #step(to: number): void {
    this.#wall += to - this.#now;
    this.#now = to;
  }
}

/** Lets everything that is ready to run do so. */
export async function turn(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Waits, in real time, until `condition` holds; throws with `what` after a limit that only a broken test reaches. */
export async function until(what: string, condition: () => boolean, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise<void>((resolve) => setTimeout(resolve, 2));
  }
}
