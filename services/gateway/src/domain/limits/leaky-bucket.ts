import type { Algorithm } from './rule.ts';

/** What is in the bucket, in parts of 1/windowMs, of which `limit` leak out each millisecond. */
export type LeakyBucket = { level: number; at: number };

/** A bucket with room for `burst` requests, empty at first, from which `limit` a window leak evenly; what does not fit is refused. */
export const leakyBucket: Algorithm<LeakyBucket> = {
  open: (_rule, now) => ({ level: 0, at: now }),
  look: (cell, { limit, windowMs, burst }, now) => {
    if (now > cell.at) {
      const elapsed = Math.min(now - cell.at, windowMs);
      cell.level = Math.max(0, cell.level - elapsed * limit);
      cell.at = now;
    }
    const room = burst * windowMs - cell.level;
    return {
      available: Math.floor(room / windowMs),
      waitMs: room >= windowMs ? 0 : Math.ceil((windowMs - room) / limit),
      resetMs: Math.ceil(cell.level / limit),
    };
  },
  charge: (cell, { windowMs }, _now, count) => {
    cell.level += count * windowMs;
  },
};
