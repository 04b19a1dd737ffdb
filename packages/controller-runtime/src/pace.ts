import type { BackoffOptions } from './backoff.ts';
import { backoffDelay, jitter } from './backoff.ts';
import type { Clock } from './clock.ts';

/** Streams that may break within a short time and be made anew at once; one more every so many milliseconds. */
const BURST = 6;
const REFILL_MS = 10_000;

/** How far two connects are apart, and how waits after failures grow. */
export interface PaceOptions {
  readonly spacingMs: number;
  readonly backoff: BackoffOptions;
}

/**
 * When to connect next. A connect that fails is tried again ever more rarely. A stream that was open and ended is made
 * anew at once, because the server just showed that it serves; one that does so again and again uses up that credit.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  #connectedAt = Number.NEGATIVE_INFINITY;
  #isOpen = false;
  #failures = 0;
  #credit = BURST;
  #creditedAt: number;

  constructor(options: PaceOptions, clock: Clock, random: () => number) {
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#creditedAt = clock.monotonic();
  }

  /** Milliseconds until the next connect keeps its distance from the last one. */
  get spacing(): number {
    const apart = this.#options.spacingMs * jitter(0.75, 1.25, this.#random);
    return this.#connectedAt + apart - this.#clock.monotonic();
  }

  /** A connect begins. */
  connecting(): void {
    this.#connectedAt = this.#clock.monotonic();
    this.#isOpen = false;
  }

  /** The connect led to a stream. */
  opened(): void {
    this.#isOpen = true;
    this.#failures = 0;
  }

  /** The last connect counts for nothing: the next one may follow at once. */
  forget(): void {
    this.#connectedAt = Number.NEGATIVE_INFINITY;
    this.#failures = 0;
  }

  /** Milliseconds to wait after a failed connect or a broken stream. */
  afterFailure(): number {
    const { backoff } = this.#options;
    if (!this.#isOpen) this.#failures += 1;
    const isSpent = this.#isOpen && !this.#takeCredit();
    return isSpent
      ? backoff.cap * jitter(0.5, 1, this.#random)
      : backoffDelay(backoff, Math.max(this.#failures, 1), this.#random);
  }

  /** The same after a stream that the server ended in order; one that ends at once, again and again, is a failure too. */
  afterEnd(): number {
    const lived = this.#clock.monotonic() - this.#connectedAt;
    return lived >= this.#options.spacingMs * 5 ? 0 : this.afterFailure();
  }

  #takeCredit(): boolean {
    const now = this.#clock.monotonic();
    this.#credit = Math.min(BURST, this.#credit + (now - this.#creditedAt) / REFILL_MS);
    this.#creditedAt = now;
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}
