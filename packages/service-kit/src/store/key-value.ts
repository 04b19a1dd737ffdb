/** A string store with expiry: carts, sessions, limits. Never the judge of stock or money. */
export type KeyValueStore = {
  readonly get: (key: string) => Promise<string | undefined>;
  readonly set: (key: string, value: string, options?: { ttlMs?: number }) => Promise<void>;
  /** Sets the key if it is free. True for the one caller who got it. */
  readonly claim: (key: string, value: string, ttlMs: number) => Promise<boolean>;
  /** Adds to a counter that expires `ttlMs` after its first increment; answers the new count. */
  readonly increment: (key: string, by: number, ttlMs: number) => Promise<number>;
  readonly remove: (key: string) => Promise<boolean>;
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
