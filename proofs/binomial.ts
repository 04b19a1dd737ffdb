/** Where a count of successes must lie: n·p plus or minus `sd` standard deviations of the binomial, in whole counts. */
export type Bounds = { readonly low: number; readonly high: number };

/** Bounds for `trials` independent draws of probability `share`; clamped to 0 … trials. */
export function binomialBounds(trials: number, share: number, sd = 5): Bounds {
  const mean = trials * share;
  const width = sd * Math.sqrt(trials * share * (1 - share));
  return {
    low: Math.max(0, Math.ceil(mean - width)),
    high: Math.min(trials, Math.floor(mean + width)),
  };
}

/** How many standard deviations `count` lies from the mean; Infinity for any miss where there is no spread. */
export function deviations(count: number, trials: number, share: number): number {
  const distance = count - trials * share;
  const sd = Math.sqrt(trials * share * (1 - share));
  if (sd === 0) return distance === 0 ? 0 : Infinity;
  return distance / sd;
}

/** Whether a count lies inside the bounds, ends included. */
export function isWithin(count: number, { low, high }: Bounds): boolean {
  return count >= low && count <= high;
}
