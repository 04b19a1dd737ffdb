export const algorithmNames = ['TokenBucket', 'LeakyBucket', 'FixedWindow', 'SlidingWindow'] as const;

export type AlgorithmName = (typeof algorithmNames)[number];

/** How many requests of one key are admitted. `id` changes with every number in it, so that counts never mix. */
export type Rule = {
  readonly id: string;
  /** As callers read it in `RateLimit-Policy`. */
  readonly name: string;
  readonly algorithm: AlgorithmName;
  /** Requests in a window. */
  readonly limit: number;
  readonly windowMs: number;
  /** What a bucket holds: requests that may come at once. Windows do not use it. */
  readonly burst: number;
};

/** One rule with the key that it counts: a request has a charge for each rule that it falls under. */
export type Charge = { readonly rule: Rule; readonly key: string };

/** What one rule has to say about its key now. */
export type Standing = {
  /** Requests that fit now. */
  readonly available: number;
  /** Milliseconds until a request fits; 0 when one fits now. Before that moment none can. */
  readonly waitMs: number;
  /** Milliseconds until as much fits again as for a key that never came. */
  readonly resetMs: number;
};

/**
 * One way of counting over a cell, which is the memory of one key. `look` brings the cell up to `now`; `charge` follows
 * a look at the same time and takes no more than it said was available. Times are whole milliseconds; one that lies
 * before the cell's own is taken for the cell's own.
 */
export type Algorithm<Cell> = {
  readonly open: (rule: Rule, now: number) => Cell;
  readonly look: (cell: Cell, rule: Rule, now: number) => Standing;
  readonly charge: (cell: Cell, rule: Rule, now: number, count: number) => void;
};

/** A rule with its id. `burst` is the limit where none is given, and never more than the limit. */
export function toRule(rule: Omit<Rule, 'id' | 'burst'> & { readonly burst?: number | undefined }): Rule {
  const { name, algorithm, limit, windowMs } = rule;
  const burst = Math.min(rule.burst ?? limit, limit);
  return {
    id: `${name}:${algorithm}:${limit}/${windowMs}:${burst}`,
    name,
    algorithm,
    limit,
    windowMs,
    burst,
  };
}
