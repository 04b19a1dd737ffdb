import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCells } from '../../src/domain/limits/cells.ts';
import { type AlgorithmName, algorithmNames, toRule } from '../../src/domain/limits/rule.ts';

const minute = 60_000;
const start = 1_700_000_000_000 - (1_700_000_000_000 % minute);

function aRule(algorithm: AlgorithmName, limit = 100, burst?: number) {
  return toRule({ name: 'users', algorithm, limit, windowMs: minute, burst });
}

/** How many of the calls at these times are admitted. */
function admitted(algorithm: AlgorithmName, times: readonly number[], limit = 100, burst?: number): number {
  const cells = createCells();
  const rule = aRule(algorithm, limit, burst);
  return times.filter((at) => cells.take([{ rule, key: 'ann' }], start + at).granted > 0).length;
}

const at = (time: number, count: number) => Array.from({ length: count }, () => time);
const every = (step: number, until: number) =>
  Array.from({ length: until / step }, (_, index) => index * step);

describe('calls in a minute of which 100 are allowed', () => {
  test.each(algorithmNames)('%s: of 150 at once the 101st is the first to be refused', (algorithm) => {
    const cells = createCells();
    const rule = aRule(algorithm);
    const answers = at(0, 150).map(() => cells.take([{ rule, key: 'ann' }], start).granted);
    expect(answers.indexOf(0)).toBe(100);
    expect(answers.lastIndexOf(1)).toBe(99);
  });

  test.each([
    // 100 at first, and one for every 600 ms that have passed.
    ['TokenBucket', 199],
    ['LeakyBucket', 199],
    ['FixedWindow', 100],
    ['SlidingWindow', 100],
  ] as const)('%s admits %i of 600 that come evenly', (algorithm, count) => {
    expect(admitted(algorithm, every(100, minute))).toBe(count);
  });

  test.each([
    ['TokenBucket', 101],
    ['LeakyBucket', 101],
    ['FixedWindow', 200],
    ['SlidingWindow', 100],
  ] as const)(
    '%s admits %i of those at the end of one minute and the start of the next',
    (algorithm, count) => {
      expect(admitted(algorithm, [...at(minute - 300, 150), ...at(minute + 300, 150)])).toBe(count);
    },
  );

  test.each(['TokenBucket', 'LeakyBucket'] as const)(
    '%s with a burst of 5 admits 5 at once, then one each 600 ms',
    (algorithm) => {
      expect(admitted(algorithm, at(0, 50), 100, 5)).toBe(5);
      expect(admitted(algorithm, every(50, minute), 100, 5)).toBe(104);
    },
  );

  test.each(algorithmNames)(
    '%s says how long to wait: not a millisecond earlier is one admitted',
    (algorithm) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 40 }),
          fc.array(fc.nat(5000), { minLength: 1, maxLength: 80 }),
          (limit, gaps) => {
            const cells = createCells();
            const charges = [{ rule: aRule(algorithm, limit), key: 'ann' }];
            let now = start;
            for (const gap of gaps) {
              now += gap;
              const { granted, standings } = cells.take(charges, now);
              if (granted > 0) continue;
              const { waitMs } = standings[0] ?? { waitMs: 0 };
              expect(waitMs).toBeGreaterThan(0);
              expect(cells.take(charges, now + waitMs - 1).granted).toBe(0);
              expect(cells.take(charges, now + waitMs).granted).toBe(1);
              now += waitMs;
            }
          },
        ),
      );
    },
  );
});

describe('cells', () => {
  test('a request counts against all of its rules or none', () => {
    const cells = createCells();
    const [wide, tight] = [aRule('FixedWindow', 10), toRule({ ...aRule('FixedWindow', 2), name: 'tight' })];
    const both = () =>
      cells.take(
        [
          { rule: wide, key: 'ann' },
          { rule: tight, key: 'ann' },
        ],
        start,
      );
    expect([both(), both(), both(), both()].map(({ granted }) => granted)).toEqual([1, 1, 0, 0]);
    expect(cells.take([{ rule: wide, key: 'ann' }], start).standings[0]?.available).toBe(7);
  });

  test('callers do not count against each other, and part of a batch is granted', () => {
    const cells = createCells();
    const rule = aRule('TokenBucket', 10);
    expect(cells.take([{ rule, key: 'ann' }], start, 7).granted).toBe(7);
    expect(cells.take([{ rule, key: 'ann' }], start, 7).granted).toBe(3);
    expect(cells.take([{ rule, key: 'bob' }], start, 7).granted).toBe(7);
  });

  test('a key is forgotten when it says what a new one says, and never before', () => {
    const cells = createCells();
    const rule = aRule('SlidingWindow', 1);
    expect(cells.take([{ rule, key: 'ann' }], start + minute - 1).granted).toBe(1);
    for (let time = 0; time < minute; time += 1000)
      cells.take([{ rule, key: `k${time}` }], start + minute + time);
    expect(cells.take([{ rule, key: 'ann' }], start + 2 * minute - 2).granted).toBe(0);
    cells.take([{ rule, key: 'late' }], start + 10 * minute);
    expect(cells.size()).toBe(1);
  });

  test('memory is bounded: a flood of keys forgets those that came first', () => {
    const cells = createCells(100);
    const rule = aRule('FixedWindow');
    for (let index = 0; index < 10_000; index += 1) cells.take([{ rule, key: `k${index}` }], start);
    expect(cells.size()).toBeLessThanOrEqual(200);
    cells.retain(new Set());
    expect(cells.size()).toBe(0);
  });

  test('a clock that is set back admits nothing twice', () => {
    for (const algorithm of algorithmNames) {
      const cells = createCells();
      const charges = [{ rule: aRule(algorithm, 3), key: 'ann' }];
      for (let index = 0; index < 3; index += 1) cells.take(charges, start + 50_000);
      expect(cells.take(charges, start + 1000).granted, algorithm).toBe(0);
    }
  });
});
