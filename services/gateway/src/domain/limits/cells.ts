import { fixedWindow } from './fixed-window.ts';
import { leakyBucket } from './leaky-bucket.ts';
import type { Algorithm, AlgorithmName, Charge, Rule, Standing } from './rule.ts';
import { slidingWindow } from './sliding-window.ts';
import { tokenBucket } from './token-bucket.ts';

/** How many requests were admitted, and what each charge's rule says after them. */
type Grant = { readonly granted: number; readonly standings: readonly Standing[] };

export type Cells = {
  /** Charges `want` requests to all of the charges, or as many as fit all of them; none when one has no room. */
  readonly take: (charges: readonly Charge[], now: number, want?: number) => Grant;
  /** Forgets the counts of all other rules. */
  readonly retain: (ids: ReadonlySet<string>) => void;
  /** Keys that are remembered. */
  readonly size: () => number;
};

/** The counts of one rule. A cell that was not touched for a window says what a new one says, so it may be dropped. */
type Shelf = { current: Map<string, Opened>; previous: Map<string, Opened>; turnedAt: number };

type Opened = {
  readonly look: (now: number) => Standing;
  readonly charge: (now: number, count: number) => void;
};

const openings: Readonly<Record<AlgorithmName, (rule: Rule, now: number) => Opened>> = {
  TokenBucket: (rule, now) => bind(tokenBucket, rule, now),
  LeakyBucket: (rule, now) => bind(leakyBucket, rule, now),
  FixedWindow: (rule, now) => bind(fixedWindow, rule, now),
  SlidingWindow: (rule, now) => bind(slidingWindow, rule, now),
};

/**
 * The counts of this process. Each rule remembers at most about `keysPerRule` keys: beyond that, those that came first
 * are forgotten early, because memory must not be a client's to fill.
 */
export function createCells(keysPerRule = 100_000): Cells {
  const shelves = new Map<string, Shelf>();
  const find = ({ rule, key }: Charge, now: number): Opened => {
    const shelf = shelfOf(shelves, rule, now, keysPerRule);
    const found = shelf.current.get(key) ?? shelf.previous.get(key) ?? openings[rule.algorithm](rule, now);
    shelf.current.set(key, found);
    return found;
  };
  return {
    take: (charges, now, want = 1) => {
      const cells = charges.map((charge) => find(charge, now));
      let granted = want;
      for (const cell of cells) granted = Math.min(granted, Math.max(0, cell.look(now).available));
      if (granted > 0) for (const cell of cells) cell.charge(now, granted);
      return { granted, standings: cells.map((cell) => cell.look(now)) };
    },
    retain: (ids) => {
      for (const id of shelves.keys()) if (!ids.has(id)) shelves.delete(id);
    },
    size: () =>
      [...shelves.values()].reduce((sum, { current, previous }) => sum + current.size + previous.size, 0),
  };
}

function shelfOf(shelves: Map<string, Shelf>, rule: Rule, now: number, mostKeys: number): Shelf {
  const known = shelves.get(rule.id);
  const shelf = known ?? { current: new Map(), previous: new Map(), turnedAt: now };
  if (known === undefined) shelves.set(rule.id, shelf);
  if (now - shelf.turnedAt >= rule.windowMs || shelf.current.size >= mostKeys) {
    shelf.previous = now - shelf.turnedAt >= 2 * rule.windowMs ? new Map() : shelf.current;
    shelf.current = new Map();
    shelf.turnedAt = now;
  }
  return shelf;
}

function bind<Cell>(algorithm: Algorithm<Cell>, rule: Rule, now: number): Opened {
  const cell = algorithm.open(rule, now);
  return {
    look: (at) => algorithm.look(cell, rule, at),
    charge: (at, count) => algorithm.charge(cell, rule, at, count),
  };
}
