import { expect, test } from 'vitest';
import { randomFrom } from '../../random.ts';
import { drawSamples, failures, lastingSamples } from '../faults.ts';

const samples = drawSamples(
  { create: { write: 2, read: 1 }, scale: { write: 1, lease: 7 } },
  'create',
  randomFrom(3),
);

test('every failure meets every request of every workload once', () => {
  expect(samples).toHaveLength(4 * failures.length);
  expect(new Set(samples.map(({ workload, what }) => `${workload} ${what}`)).size).toBe(samples.length);
});

test('one workload is exhausted, of the others some requests are taken', () => {
  const many = drawSamples({ create: { write: 10 }, scale: { write: 10 } }, 'create', randomFrom(3));
  const of = (name: string) => many.filter(({ workload }) => workload === name).length / failures.length;
  expect(of('create')).toBe(10);
  expect(of('scale')).toBeGreaterThan(0);
  expect(of('scale')).toBeLessThan(10);
});

test('a plan strikes the one request that the sample names', () => {
  for (const { what, plan } of samples) {
    const [rule, ...others] = plan.requests ?? [];
    expect(others).toEqual([]);
    expect(what.endsWith(`${rule?.on.lane} ${rule?.at}`)).toBe(true);
  }
});

test('a short run takes from every workload alike, and from all its strata before it takes from one again', () => {
  const first = samples.slice(0, 2 * failures.length);
  expect(first.filter(({ workload }) => workload === 'scale')).toHaveLength(failures.length);
  const create = samples.filter(({ workload }) => workload === 'create').slice(0, 2 * failures.length);
  expect(new Set(create.map(({ what }) => what.replace(/ \d+$/, ''))).size).toBe(2 * failures.length);
});

test('lasting conditions come in turn, each storm with a seed of its own', () => {
  const lasting = lastingSamples('create', randomFrom(3), 3);
  expect(lasting.map(({ costs }) => costs)).toEqual([
    'requests',
    'writes',
    'requests',
    'writes',
    'requests',
    'writes',
  ]);
  expect(new Set(lasting.flatMap(({ plan }) => plan.seed ?? [])).size).toBe(3);
});
