/** GEP-2257 durations. */

const unitMilliseconds: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Milliseconds of a duration such as 1h30m; the schema has checked its form. */
export function toMilliseconds(duration: string): number {
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/([0-9]+)(ms|h|m|s)/g)) {
    total += Number(amount) * (unitMilliseconds[unit ?? ''] ?? 0);
  }
  return total;
}

/** Whole seconds of a duration, rounded up. */
export function toSeconds(duration: string): number {
  return Math.ceil(toMilliseconds(duration) / 1000);
}
