import { randomFrom } from '../proofs/random.ts';

/** A median of per-pair ratios with its 95 % bootstrap interval. */
export type Ratio = { readonly median: number; readonly low: number; readonly high: number };

/** One measurement of each side, taken next to each other. */
export type Pair = { readonly ours: number; readonly peer: number };

const resamples = 2_000;

/** The middle value, or the mean of the two middle ones; throws for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('no values have no median');
  return (low + high) / 2;
}

/** The median of ours / peer over the pairs; its interval depends on nothing but the pairs and the seed. */
export function ratioOf(pairs: readonly Pair[], seed: number): Ratio {
  const ratios = pairs.map(({ ours, peer }) => ours / peer);
  const random = randomFrom(seed);
  const medians = Array.from({ length: resamples }, () =>
    median(ratios.map(() => random.pick(ratios))),
  ).toSorted((a, b) => a - b);
  // There are as many medians as resamples, so both positions exist.
  const at = (share: number) => medians[Math.round(share * (resamples - 1))] as number;
  return { median: round(median(ratios)), low: round(at(0.025)), high: round(at(0.975)) };
}

/** Who goes first in each pair: A B, B A, A B …, so that a drift of the machine favours neither side. */
export function orderOf(pair: number): readonly ['ours', 'peer'] | readonly ['peer', 'ours'] {
  return pair % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours'];
}

/** Four significant digits: more would be noise. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}
