import type { AtomicScript } from './atomic-script.ts';

/** A string store with expiry: carts, sessions, limits. Never the judge of stock or money. */
export type KeyValueStore = {
  readonly get: (key: string) => Promise<string | undefined>;
  readonly set: (key: string, value: string, options?: { ttlMs?: number }) => Promise<void>;
  /** Sets the key if it is free. True for the one caller who got it. */
  readonly claim: (key: string, value: string, ttlMs: number) => Promise<boolean>;
  /** Adds to a counter that expires `ttlMs` after its first increment; answers the new count. */
  readonly increment: (key: string, by: number, ttlMs: number) => Promise<number>;
  /** Runs the script as one step. Rejects when the store does not answer in time; it may have run all the same. */
  readonly evaluate: (
    script: AtomicScript,
    keys: readonly string[],
    args: readonly string[],
  ) => Promise<number[]>;
  readonly remove: (key: string) => Promise<boolean>;
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
