import { expect, test } from 'vitest';
import { randomFrom } from '../../random.ts';
import { drawPoints, type Point } from '../points.ts';

const inWords = ({ workload, what }: Point) => `${workload}, ${what}`;
const writes = { create: 3, scale: 2, delete: 0 };
const points = drawPoints(writes, 10, randomFrom(1));
const singles = points.filter(({ kills, withdrawn }) => kills.length === 1 && withdrawn === undefined);

test('every write of every workload is there once, before and after', () => {
  expect(singles.map(inWords).sort()).toEqual([
    'create, killed after write 1',
    'create, killed after write 2',
    'create, killed after write 3',
    'create, killed before write 1',
    'create, killed before write 2',
    'create, killed before write 3',
    'scale, killed after write 1',
    'scale, killed after write 2',
    'scale, killed before write 1',
    'scale, killed before write 2',
  ]);
});

test('the stack is taken away at each write of its making', () => {
  const withdrawn = points.filter((point) => point.withdrawn).map(({ kills }) => kills[0]?.at);
  expect(new Set(withdrawn)).toEqual(new Set([1, 2, 3]));
});

test('pairs are two different writes, in order, of a workload that has two', () => {
  const doubles = points.filter(({ kills }) => kills.length === 2);
  expect(doubles).toHaveLength(10);
  for (const { workload, kills } of doubles) {
    expect(['create', 'scale']).toContain(workload);
    expect(kills[0]?.at).toBeLessThan(kills[1]?.at ?? 0);
  }
});

test('a short run takes from every stratum', () => {
  const first = points.slice(0, 6);
  const strata = first.map(
    ({ workload, kills, withdrawn }) =>
      `${workload} ${withdrawn ?? ''} ${kills.map(({ place }) => place).join()}`,
  );
  expect(new Set(strata).size).toBe(6);
});

test('the same seed draws the same points', () => {
  expect(drawPoints(writes, 10, randomFrom(1))).toEqual(points);
  expect(drawPoints(writes, 10, randomFrom(2))).not.toEqual(points);
});
