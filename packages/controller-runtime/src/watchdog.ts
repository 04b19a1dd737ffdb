import type { Cancel, Clock } from './clock.ts';

/** Nothing was heard from the API server for longer than a healthy watch can be quiet. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** Aborts its signal when it has not been fed for a while. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #controller = new AbortController();
  #fedAt: number;
  #cancel: Cancel;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#fedAt = clock.monotonic();
    this.#cancel = clock.after(limitMs, () => this.#check());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something was heard; cheap, because the timer is only moved when it fires. */
  feed(): void {
    this.#fedAt = this.#clock.monotonic();
  }

  /** Ends the watch over the watch. */
  stop(): void {
    this.#cancel();
  }

  #check(): void {
    const left = this.#fedAt + this.#limitMs - this.#clock.monotonic();
    if (left <= 0) this.#controller.abort(new SilenceError(`nothing heard for ${this.#limitMs} ms`));
    else this.#cancel = this.#clock.after(left, () => this.#check());
  }
}
