import { expect, test } from 'vitest';
import { binomialBounds, deviations, isWithin } from '../binomial.ts';

test('ten per cent of 10,000 within 5 sd is 850 to 1,150', () => {
  expect(binomialBounds(10_000, 0.1)).toEqual({ low: 850, high: 1150 });
});

test('three sd of 1,000 is the band 72 to 128', () => {
  expect(binomialBounds(1000, 0.1, 3)).toEqual({ low: 72, high: 128 });
});

test('certain outcomes leave no room', () => {
  expect(binomialBounds(500, 0)).toEqual({ low: 0, high: 0 });
  expect(binomialBounds(500, 1)).toEqual({ low: 500, high: 500 });
});

test('bounds never leave 0 to n', () => {
  expect(binomialBounds(10, 0.5)).toEqual({ low: 0, high: 10 });
});

test('a count on the edge is inside, the next one is not', () => {
  const bounds = binomialBounds(10_000, 0.1);
  expect(isWithin(850, bounds)).toBe(true);
  expect(isWithin(849, bounds)).toBe(false);
  expect(isWithin(1151, bounds)).toBe(false);
});

test('deviations are signed and say Infinity where nothing may vary', () => {
  expect(deviations(1030, 10_000, 0.1)).toBeCloseTo(1);
  expect(deviations(970, 10_000, 0.1)).toBeCloseTo(-1);
  expect(deviations(0, 100, 0)).toBe(0);
  expect(deviations(1, 100, 0)).toBe(Infinity);
});
