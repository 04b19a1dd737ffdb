import type { Algorithm } from './rule.ts';

/** Admitted requests by millisecond, oldest first from `head` on, and their sum. */
export type SlidingWindow = { times: number[]; counts: number[]; head: number; total: number };

// The front is cut off only when it is long, so that each entry is moved at most once or twice in its life.
const longFront = 64;

/** At most `limit` requests in any span of the window's length: those admitted are kept until they are that old. */
export const slidingWindow: Algorithm<SlidingWindow> = {
  open: () => ({ times: [], counts: [], head: 0, total: 0 }),
  look: (cell, { limit, windowMs }, now) => {
    forget(cell, now - windowMs);
    const available = limit - cell.total;
    const oldest = cell.times[cell.head] ?? now;
    const newest = cell.times.at(-1) ?? now;
    return {
      available,
      waitMs: available > 0 ? 0 : Math.max(0, oldest + windowMs - now),
      resetMs: cell.total === 0 ? 0 : Math.max(0, newest + windowMs - now),
    };
  },
  charge: (cell, _rule, now, count) => {
    const last = cell.times.length - 1;
    const newest = cell.times[last];
    if (newest !== undefined && newest >= now && last >= cell.head)
      cell.counts[last] = (cell.counts[last] ?? 0) + count;
    else {
      cell.times.push(now);
      cell.counts.push(count);
    }
    cell.total += count;
  },
};

function forget(cell: SlidingWindow, until: number): void {
  for (let time = cell.times[cell.head]; time !== undefined && time <= until; time = cell.times[cell.head]) {
    cell.total -= cell.counts[cell.head] ?? 0;
    cell.head += 1;
  }
  if (cell.head < longFront || cell.head * 2 < cell.times.length) return;
  cell.times.splice(0, cell.head);
  cell.counts.splice(0, cell.head);
  cell.head = 0;
}
