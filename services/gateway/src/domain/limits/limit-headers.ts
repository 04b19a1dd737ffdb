import type { Charge, Standing } from './rule.ts';

export type LimitHeaders = { readonly policy: string; readonly limit: string };

/**
 * The fields `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers: every rule that counted, and
 * what is left under the tightest of them. Undefined where nothing was counted.
 */
export function toLimitHeaders(
  charges: readonly Charge[],
  standings: readonly Standing[],
): LimitHeaders | undefined {
  let tightest = -1;
  let least = Number.POSITIVE_INFINITY;
  const policy: string[] = [];
  for (const [index, { rule }] of charges.entries()) {
    policy.push(`"${rule.name}";q=${rule.limit};w=${seconds(rule.windowMs)}`);
    const share = (standings[index]?.available ?? rule.limit) / rule.limit;
    if (share < least) [tightest, least] = [index, share];
  }
  const [charge, standing] = [charges[tightest], standings[tightest]];
  if (charge === undefined || standing === undefined) return undefined;
  const left = Math.max(0, standing.available);
  const reset = seconds(left === 0 ? standing.waitMs : standing.resetMs);
  return { policy: policy.join(', '), limit: `"${charge.rule.name}";r=${left};t=${reset}` };
}

/** Whole seconds after which a refused request may be admitted; at least one. */
export function retryAfterSeconds(standings: readonly Standing[]): number {
  return Math.max(1, seconds(standings.reduce((longest, { waitMs }) => Math.max(longest, waitMs), 0)));
}

function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}
