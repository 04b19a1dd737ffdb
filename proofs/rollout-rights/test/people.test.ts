import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../random.ts';
import { type Ask, accountOf, drawAsk, drawPeople, isAllowed } from '../people.ts';

const people = drawPeople(randomFrom(7));
const named = (name: string) => {
  const person = people.find((candidate) => candidate.name === name);
  if (person === undefined) throw new Error(`nobody is called ${name}`);
  return person;
};
const ask = (name: string, verb: Ask['verb'], more: Partial<Ask> = {}): boolean =>
  isAllowed({
    person: named(name),
    namespace: 'shop',
    verb,
    overrideFreeze: false,
    onBehalfOf: false,
    ...more,
  });

describe('what the documentation promises', () => {
  test('promoters promote and do not abort, aborters the other way round, both do both', () => {
    expect([ask('promoter', 'Promote'), ask('promoter', 'Abort')]).toEqual([true, false]);
    expect([ask('aborter', 'Promote'), ask('aborter', 'Abort')]).toEqual([false, true]);
    expect([ask('both', 'Promote'), ask('both', 'Abort')]).toEqual([true, true]);
    expect([ask('viewer', 'Pause'), ask('developer', 'Pause'), ask('nobody', 'Pause')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('a forged name, another namespace and a missing further right end it', () => {
    expect(ask('admin', 'Abort', { forged: 'jane' })).toBe(false);
    expect(ask('admin', 'Abort', { namespace: 'other' })).toBe(false);
    expect(ask('promoter', 'Promote', { overrideFreeze: true })).toBe(false);
    expect(ask('admin', 'Promote', { overrideFreeze: true, onBehalfOf: true })).toBe(true);
  });
});

test('draws meet both verdicts, and call no honest name forged', () => {
  const random = randomFrom(11);
  const drawn = Array.from({ length: 400 }, () => drawAsk(random, people));
  const allowed = drawn.filter(isAllowed).length;
  expect(allowed).toBeGreaterThan(40);
  expect(allowed).toBeLessThan(300);
  expect(drawn.filter(({ forged, person }) => forged === accountOf(person.name))).toEqual([]);
});
