import { LRUCache } from 'lru-cache';

/** One request that is under way for all who ask the same. */
export type Flight = {
  /** Its answer is kept now, or never will be: those who wait look again. */
  readonly land: (kept: boolean) => void;
};

export type Flights = {
  /** Begins a flight when none is under way and it is worth one. */
  readonly depart: (key: string) => Flight | undefined;
  /** Resolves when the flight with this key lands; undefined without one. */
  readonly underWay: (key: string) => Promise<void> | undefined;
};

const rememberMs = 10_000;

/** Flights by key. What turned out not to be kept is not waited for again for some time. */
export function createFlights(): Flights {
  const flying = new Map<string, Promise<void>>();
  const vain = new LRUCache<string, true>({ max: 10_000, ttl: rememberMs });
  return {
    depart: (key) => {
      if (vain.has(key) || flying.has(key)) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      flying.set(key, promise);
      return {
        land: (kept) => {
          if (flying.get(key) !== promise) return;
          flying.delete(key);
          if (!kept) vain.set(key, true);
          resolve();
        },
      };
    },
    underWay: (key) => flying.get(key),
  };
}
