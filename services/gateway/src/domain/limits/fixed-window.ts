import type { Algorithm } from './rule.ts';

export type FixedWindow = { window: number; count: number };

/** At most `limit` requests from each whole multiple of the window's length to the next. */
export const fixedWindow: Algorithm<FixedWindow> = {
  open: ({ windowMs }, now) => ({ window: Math.floor(now / windowMs), count: 0 }),
  look: (cell, { limit, windowMs }, now) => {
    const window = Math.floor(now / windowMs);
    if (window > cell.window) {
      cell.window = window;
      cell.count = 0;
    }
    const available = limit - cell.count;
    const restMs = (cell.window + 1) * windowMs - now;
    return { available, waitMs: available > 0 ? 0 : restMs, resetMs: cell.count === 0 ? 0 : restMs };
  },
  charge: (cell, _rule, _now, count) => {
    cell.count += count;
  },
};
