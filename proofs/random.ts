import { hash, randomInt } from 'node:crypto';

/** Draws that depend on nothing but the seed, so that a failing run can be repeated. */
export type Random = {
  readonly seed: number;
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [low, high], both included. */
  integer(low: number, high: number): number;
  /** One of the items; throws on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** The same items in a drawn order. */
  shuffle<T>(items: readonly T[]): T[];
};

/** A seed that no earlier run had, for when the caller gives none. */
export function freshSeed(): number {
  return randomInt(1, 2 ** 31);
}

/** Draws that one digest gives: its bytes, four a draw. */
const eachDigest = 8;

/** The sequence of draws that belongs to `seed`: SHA-256 over seed and position, the same on every machine. */
export function randomFrom(seed: number): Random {
  let position = 0;
  let digest = Buffer.alloc(0);
  const next = () => {
    const place = position++ % eachDigest;
    if (place === 0) digest = hash('sha256', `${seed}/${position}`, 'buffer');
    return digest.readUInt32BE(4 * place) / 2 ** 32;
  };
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    seed,
    next,
    integer,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error('cannot pick from an empty list');
      // The index is in range, so the element is a T even where T includes undefined.
      return items[integer(0, items.length - 1)] as T;
    },
    shuffle: (items) =>
      items
        .map((item) => ({ item, rank: next() }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ item }) => item),
  };
}
