import { expect, test } from 'vitest';
import { median, orderOf, type Pair, ratioOf } from '../ratio.ts';

const pairs: Pair[] = [8, 9, 10, 11, 12, 10, 10, 9, 11, 10].map((ours) => ({ ours, peer: 20 }));

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow('no median');
});

test('a ratio is the median over pairs, and its interval covers it and lies within the pairs', () => {
  const { median: middle, low, high } = ratioOf(pairs, 1);
  expect(middle).toBe(0.5);
  expect(low).toBeLessThanOrEqual(0.5);
  expect(high).toBeGreaterThanOrEqual(0.5);
  expect(low).toBeGreaterThanOrEqual(0.4);
  expect(high).toBeLessThanOrEqual(0.6);
});

test('one wild pair does not move the median, and equal pairs leave no doubt', () => {
  expect(ratioOf([...pairs, { ours: 1000, peer: 1 }], 1).median).toBe(0.5);
  expect(ratioOf([{ ours: 1, peer: 4 }], 1)).toEqual({ median: 0.25, low: 0.25, high: 0.25 });
});

test('the interval belongs to the seed', () => {
  expect(ratioOf(pairs, 7)).toEqual(ratioOf(pairs, 7));
});

test('each side goes first in every other pair', () => {
  expect([0, 1, 2].map((pair) => orderOf(pair)[0])).toEqual(['ours', 'peer', 'ours']);
});
