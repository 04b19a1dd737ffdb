import { binomialBounds, deviations, isWithin } from '../binomial.ts';
import { type Sample, shareOf } from './sample.ts';

/** Requests that an Envoy split while it had one weight. */
type Window = { readonly share: number; readonly canary: number; readonly total: number };

/** The stretches over which an Envoy gave the canary one share, both ends inside of it; without those below a count. */
export function windowsOf(samples: readonly Sample[], canary: string, atLeast: number): Window[] {
  const stretches: Sample[][] = [];
  for (const sample of samples) {
    const last = stretches.at(-1)?.at(-1);
    const goes = last !== undefined && shareOf(last, canary) === shareOf(sample, canary);
    if (goes) stretches.at(-1)?.push(sample);
    else stretches.push([sample]);
  }
  return stretches
    .flatMap((stretch) => {
      const [first, last] = [stretch[0], stretch.at(-1)];
      if (first === undefined || last === undefined) return [];
      // From after the first look at the routes to before the last one, so that no request was split otherwise.
      const looks = [...stretch.slice(0, -1).map(({ after }) => after), last.before];
      const grown = (subset: string): number => growth(looks.map((look) => look[subset]?.requests ?? 0));
      const subsets = new Set(looks.flatMap((look) => Object.keys(look)));
      const total = [...subsets].reduce((sum, subset) => sum + grown(subset), 0);
      return [{ share: shareOf(first, canary), canary: grown(canary), total }];
    })
    .filter(({ total }) => total >= atLeast);
}

/** What a counter has grown by; it falls when an endpoint leaves and takes its own count along. */
function growth(counts: readonly number[]): number {
  return counts.reduce((sum, count, index) => sum + Math.max(0, count - (counts[index - 1] ?? count)), 0);
}

/** A sentence where the canary's count is not what its share makes likely, within five standard deviations. */
export function judgeWindow({ share, canary, total }: Window): string | undefined {
  const bounds = binomialBounds(total, share / 100);
  if (isWithin(canary, bounds)) return undefined;
  const sd = deviations(canary, total, share / 100).toFixed(1);
  return `at ${share} % the canary got ${canary} of ${total} requests, ${sd} sd off`;
}
