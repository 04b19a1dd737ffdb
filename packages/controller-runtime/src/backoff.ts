/** How waiting times grow after failures in a row. */
export interface BackoffOptions {
  /** First wait in milliseconds. */
  readonly base: number;
  /** No wait is longer than this many milliseconds. */
  readonly cap: number;
}

/** The wait after `failures` (1 = the first) in a row: doubles up to the cap, jittered to 50–100 % of it. */
export function backoffDelay(options: BackoffOptions, failures: number, random: () => number): number {
  const grown = options.base * 2 ** Math.min(Math.max(failures - 1, 0), 30);
  const full = Math.min(options.cap, grown);
  return full * (0.5 + random() * 0.5);
}

/** A value spread evenly over `[low, high)`. */
export function jitter(low: number, high: number, random: () => number): number {
  return low + (high - low) * random();
}
