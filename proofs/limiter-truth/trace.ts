import type { Random } from '../random.ts';
import type { Definition } from './definitions.ts';

/** One call of a trace: when, whose, and under which rules at once. */
type Call = { readonly at: number; readonly key: string };

export type Trace = { readonly rules: readonly Definition[]; readonly calls: readonly Call[] };

export const algorithms = ['TokenBucket', 'LeakyBucket', 'FixedWindow', 'SlidingWindow'] as const;

/**
 * Calls of many keys, the n-th of which comes with a share of 1/n (Zipf), on a clock that stands still, ticks and leaps.
 * The first rule counts each key, the second, of any algorithm, all of them together.
 */
export function drawTrace(random: Random, algorithm: string, length: number): Trace {
  const windowMs = random.pick([1000, 10_000, 60_000]);
  const limit = random.pick([1, 3, 10, 37, 100]);
  const rules = [
    { algorithm, limit, windowMs, burst: random.pick([limit, limit, random.integer(1, limit)]) },
    { algorithm: random.pick(algorithms), limit: 1000, windowMs, burst: 1000 },
  ];
  const keys = random.integer(20, 400);
  const shares = zipf(keys);
  // Enough time that the busiest keys are refused and the rest is not.
  const meanGap = (windowMs * 8) / (limit * Math.sqrt(keys)) / random.integer(2, 20);
  let now = 1_700_000_000_000 + random.integer(0, windowMs);
  const calls = Array.from({ length }, (): Call => {
    if (random.next() < 0.001) now += windowMs;
    else if (random.next() < 0.7) now += Math.floor(random.next() * 2 * meanGap);
    return { at: now, key: `k${pickShare(shares, random.next())}` };
  });
  return { rules, calls };
}

function zipf(keys: number): number[] {
  const weights = Array.from({ length: keys }, (_, index) => 1 / (index + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let reached = 0;
  return weights.map((weight) => {
    reached += weight / sum;
    return reached;
  });
}

function pickShare(shares: readonly number[], draw: number): number {
  const found = shares.findIndex((share) => draw < share);
  return found === -1 ? shares.length - 1 : found;
}
