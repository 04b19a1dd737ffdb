import type { Algorithm } from './rule.ts';

/** Tokens in parts of 1/windowMs, of which each millisecond brings `limit`: whole numbers, so nothing is rounded. */
export type TokenBucket = { level: number; at: number };

/** A bucket of `burst` tokens, full at first, into which `limit` a window flow evenly; a request takes one. */
export const tokenBucket: Algorithm<TokenBucket> = {
  open: ({ burst, windowMs }, now) => ({ level: burst * windowMs, at: now }),
  look: (cell, { limit, windowMs, burst }, now) => {
    const full = burst * windowMs;
    if (now > cell.at) {
      // No bucket takes longer than a window to fill, and a product of more could pass 2^53.
      const elapsed = Math.min(now - cell.at, windowMs);
      cell.level = Math.min(full, cell.level + elapsed * limit);
      cell.at = now;
    }
    return {
      available: Math.floor(cell.level / windowMs),
      waitMs: cell.level >= windowMs ? 0 : Math.ceil((windowMs - cell.level) / limit),
      resetMs: Math.ceil((full - cell.level) / limit),
    };
  },
  charge: (cell, { windowMs }, _now, count) => {
    cell.level -= count * windowMs;
  },
};
