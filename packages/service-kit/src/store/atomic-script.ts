/**
 * One step that a key-value store takes without anybody in between, told twice: in Lua for Redis, and as a function for
 * the twin in memory. Both answer the same whole numbers for the same keys, arguments and time.
 */
export type AtomicScript = {
  readonly lua: string;
  /** `memory` is the script's own and lives as long as the store. */
  readonly twin: (
    memory: Map<string, unknown>,
    keys: readonly string[],
    args: readonly string[],
    now: number,
  ) => number[];
};
