import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  judgedValue,
  judgeValue,
  type Measurement,
  type MetricBounds,
  type MetricRecord,
  newFailures,
  troublesOf,
  verdictOf,
  withRound,
} from '../../src/rollout/analysis.ts';
import { memoryOf, toStatus } from '../../src/rollout/memory.ts';

const noNumber = fc.constantFrom(undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
const number = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 }));

/** failBelow ≤ min ≤ max ≤ failAbove, each of them there or not, as admission lets them through. */
const bounds = fc
  .tuple(fc.array(number, { minLength: 4, maxLength: 4 }), fc.nat({ max: 14 }), fc.boolean())
  .map(([numbers, left, holds]): MetricBounds => {
    const [failBelow = 0, min = 0, max = 0, failAbove = 0] = numbers.toSorted((one, other) => one - other);
    const has = (bit: number): boolean => ((left + 1) & bit) > 0;
    const low = has(1) || !has(2);
    return {
      ...{ name: 'one', onFailure: holds ? 'Hold' : 'Abort' },
      ...(low && { min }),
      ...(has(2) && { max }),
      ...(low && has(4) && { failBelow }),
      ...(has(2) && has(8) && { failAbove }),
    };
  });

const measurement = (at: fc.Arbitrary<number>): fc.Arbitrary<Measurement> =>
  fc
    .record({ at, value: fc.oneof({ weight: 3, arbitrary: number }, noNumber) })
    .map(({ at: when, value }) => ({ name: 'one', at: when, ...(value !== undefined && { value }) }));

/** Looks in the order in which they were made. */
const looks = fc
  .array(measurement(fc.nat({ max: 100_000 })), { maxLength: 20 })
  .map((some) => some.toSorted((one, other) => one.at - other.at));

const recordsOf = (metric: MetricBounds, some: readonly Measurement[]): MetricRecord[] =>
  some.reduce<MetricRecord[]>(
    (records, one) => withRound([metric], records, { rolloutID: 'r', measurements: [one] }),
    [],
  );

describe('one value', () => {
  test('what is no finite number shows nothing, whatever the bounds', () => {
    fc.assert(
      fc.property(bounds, noNumber, (metric, value) => {
        expect(judgeValue(metric, value)).toBe('NoData');
      }),
    );
  });

  test('it passes exactly within min and max, and fails exactly beyond what fails', () => {
    fc.assert(
      fc.property(bounds, number, (metric, value) => {
        const { min = -Infinity, max = Infinity } = metric;
        const { failBelow = min, failAbove = max } = metric;
        const verdict = judgeValue(metric, value);
        expect(verdict === 'Pass').toBe(value >= min && value <= max);
        expect(verdict === 'Fail').toBe(value < failBelow || value > failAbove);
      }),
    );
  });

  test('between the good and the bad values nothing is shown', () => {
    const metric = {
      name: 'one',
      min: 0.99,
      failBelow: 0.9,
      max: 2,
      failAbove: 3,
      onFailure: 'Abort',
    } as const;
    expect([0.89, 0.9, 0.98, 0.99, 2, 2.5, 3, 3.1].map((value) => judgeValue(metric, value))).toEqual([
      ...['Fail', 'Inconclusive', 'Inconclusive', 'Pass', 'Pass', 'Inconclusive', 'Inconclusive', 'Fail'],
    ]);
  });

  test('beside the stable revision the difference or the ratio counts, and both numbers are needed', () => {
    expect(judgedValue({}, { value: 3, baseline: 2 })).toBe(3);
    expect(judgedValue({ compare: 'Difference' }, { value: 3, baseline: 2 })).toBe(1);
    expect(judgedValue({ compare: 'Ratio' }, { value: 3, baseline: 2 })).toBe(1.5);
    expect(judgedValue({ compare: 'Ratio' }, { value: 3 })).toBeUndefined();
    const ratio = { name: 'one', max: 2, compare: 'Ratio', onFailure: 'Abort' } as const;
    for (const value of [0, 3]) {
      expect(judgeValue(ratio, judgedValue(ratio, { value, baseline: 0 }))).toBe('NoData');
    }
  });
});

describe('measurements over time', () => {
  test('each second counts once however often it is told, and failures are never forgiven', () => {
    fc.assert(
      fc.property(bounds, looks, (metric, some) => {
        const once = recordsOf(metric, some);
        const twice = recordsOf(
          metric,
          some.flatMap((one) => [one, one]),
        );
        expect(twice).toEqual(once);
        const firsts = some.filter(
          ({ at }, index) => !some.slice(0, index).some((other) => second(other.at) === second(at)),
        );
        const failed = firsts.filter(({ value }) => judgeValue(metric, value) === 'Fail').length;
        expect(once[0]?.failures ?? 0).toBe(failed);
        expect(once[0]?.recent.length ?? 0).toBe(Math.min(4, firsts.length));
      }),
    );
  });

  test('what is told late, of a time before the newest, changes nothing', () => {
    fc.assert(
      fc.property(bounds, looks, measurement(fc.nat({ max: 100_000 })), (metric, some, late) => {
        const records = recordsOf(metric, some);
        fc.pre((records[0]?.at ?? -1) >= second(late.at));
        const after = withRound([metric], records, { rolloutID: 'r', measurements: [late] });
        expect(after[0]).toBe(records[0]);
      }),
    );
  });

  test('the limit counts only what aborts, and each failure in the turn that learns of it', () => {
    fc.assert(
      fc.property(bounds, looks, (metric, some) => {
        let counted = 0;
        let records: MetricRecord[] = [];
        for (const one of some) {
          const after = withRound([metric], records, { rolloutID: 'r', measurements: [one] });
          counted += newFailures([metric], records, after);
          records = after;
        }
        expect(counted).toBe(metric.onFailure === 'Abort' ? (records[0]?.failures ?? 0) : 0);
      }),
    );
  });

  test('a restart forgets nothing: what status stores is what was remembered', () => {
    fc.assert(
      fc.property(bounds, looks, (metric, some) => {
        const analysis = recordsOf(metric, some);
        const state = 'Holding' as const;
        const attempt = { state, revision: 'r2', step: 0, desired: 5, given: 5, spent: 0, failures: 0 };
        const memory = {
          proven: [],
          stableRevision: 'r1',
          rolloutID: 'r2-1',
          attempt: { ...attempt, analysis },
        };
        const stored = JSON.parse(JSON.stringify({ name: 'user', ...toStatus(memory) }));
        expect(memoryOf(stored)).toEqual(memory);
      }),
    );
  });

  test('a metric that is not asked for any more is forgotten, a new one has no data', () => {
    const metric = (name: string): MetricBounds => ({ name, max: 1, onFailure: 'Abort' });
    const records = recordsOf(metric('one'), [{ name: 'one', at: 0, value: 0 }]);
    expect(withRound([metric('two')], records, { rolloutID: 'r', measurements: [] })).toEqual([]);
    expect(verdictOf([metric('one'), metric('two')], records)).toBe('Hold');
  });
});

describe('all metrics together', () => {
  const metrics: readonly MetricBounds[] = [
    { name: 'errors', max: 1, failAbove: 2, onFailure: 'Abort' },
    { name: 'gate', max: 0, onFailure: 'Hold' },
  ];
  const told = (errors?: number, gate?: number): MetricRecord[] =>
    withRound(metrics, [], {
      rolloutID: 'r',
      measurements: [
        {
          name: 'errors',
          at: 1000,
          ...(errors === undefined ? { problem: 'gone; start it' } : { value: errors }),
        },
        { name: 'gate', at: 1000, ...(gate !== undefined && { value: gate }) },
      ],
    });

  test('they pass only together; a failure outweighs a gate, a gate outweighs what shows nothing', () => {
    expect(verdictOf(metrics, told(0, 0))).toBe('Pass');
    expect(verdictOf(metrics, told(1.5, 0))).toBe('Hold');
    expect(verdictOf(metrics, told(undefined, 0))).toBe('Hold');
    expect(verdictOf(metrics, told(1.5, 1))).toBe('Blocked');
    expect(verdictOf(metrics, told(3, 1))).toBe('Fail');
    expect(verdictOf([], [])).toBe('Pass');
  });

  test('each that does not pass is told in a sentence', () => {
    expect(troublesOf(metrics, told(1.5, 1))).toEqual([
      'metric errors is 1.5, which is neither good nor bad, good is ≤ 1',
      'metric gate is 1, good is ≤ 0',
    ]);
    expect(troublesOf(metrics, told(undefined, 0))).toEqual(['metric errors has no data (gone; start it)']);
    expect(troublesOf(metrics, [])).toEqual(['metric errors has no data', 'metric gate has no data']);
  });
});

function second(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
