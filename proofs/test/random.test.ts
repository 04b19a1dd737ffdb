import { expect, test } from 'vitest';
import { freshSeed, randomFrom } from '../random.ts';

test('the same seed draws the same, another seed draws otherwise', () => {
  const draws = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 20 }, () => random.integer(0, 1_000_000));
  };
  expect(draws(7)).toEqual(draws(7));
  expect(draws(7)).not.toEqual(draws(8));
});

test('integers cover both ends and nothing outside', () => {
  const random = randomFrom(1);
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(3, 6)));
  expect([...seen].sort((a, b) => a - b)).toEqual([3, 4, 5, 6]);
});

test('shuffle keeps every item and does not touch its argument', () => {
  const items = Array.from({ length: 30 }, (_, index) => index);
  const shuffled = randomFrom(3).shuffle(items);
  expect(shuffled).not.toEqual(items);
  expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
});

test('picking from nothing is an error, not undefined', () => {
  expect(() => randomFrom(1).pick([])).toThrow(/empty/);
});

test('fresh seeds fit what --seed accepts', () => {
  const seed = freshSeed();
  expect(Number.isSafeInteger(seed)).toBe(true);
  expect(seed).toBeGreaterThan(0);
});
