export type Once<Value> = {
  /** The value, made on the first call. A failed attempt is forgotten, so that the next call tries again. */
  readonly get: () => Promise<Value>;
  /** The value if it was ever asked for and could be made. */
  readonly made: () => Promise<Value | undefined>;
};

/** Makes a value at most once, when it is first needed. */
export function once<Value>(make: () => Promise<Value>): Once<Value> {
  let making: Promise<Value> | undefined;
  return {
    get: () => {
      making ??= make().catch((error: unknown) => {
        making = undefined;
        throw error;
      });
      return making;
    },
    made: async () => making?.catch(() => undefined),
  };
}
