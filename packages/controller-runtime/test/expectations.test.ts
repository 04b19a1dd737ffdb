import { expect, test } from 'vitest';
import type { KubeObject } from '../src/index.ts';
import { Cache, compareVersions, Expectations } from '../src/index.ts';
import { VirtualClock } from '../src/testing/index.ts';

function aWorld() {
  const cache = new Cache<KubeObject>();
  let seen = '100';
  let relists = 0;
  const informer = {
    cache,
    hasSeen: (version: string) => compareVersions(seen, version) >= 0,
    relist: () => {
      relists += 1;
    },
  };
  const sees = (version: string) => {
    seen = version;
  };
  const clock = new VirtualClock();
  return { cache, informer, sees, clock, relists: () => relists, expectations: new Expectations(clock) };
}

const at = (version: string) => ({ metadata: { name: 'a', uid: 'u1', resourceVersion: version } });

test('a key is behind until the cache has seen the version that our write got', () => {
  const { informer, sees, expectations } = aWorld();
  expectations.wrote('key', informer, at('105'));
  expect(expectations.isBehind('key')).toBe(true);
  sees('104');
  expect(expectations.isBehind('key')).toBe(true);
  sees('105');
  expect(expectations.isBehind('key')).toBe(false);
});

test('a write that changed nothing leaves nothing to wait for', () => {
  const { informer, expectations } = aWorld();
  expectations.wrote('key', informer, at('99'));
  expect(expectations.isBehind('key')).toBe(false);
});

test('keys do not wait for each other, and versions are compared as numbers', () => {
  const { informer, sees, expectations } = aWorld();
  expectations.wrote('one', informer, at('1000'));
  expect(expectations.isBehind('two')).toBe(false);
  sees('999');
  expect(expectations.isBehind('one')).toBe(true);
  sees('1001');
  expect(expectations.isBehind('one')).toBe(false);
});

test('a delete is awaited until the object is gone or going', () => {
  const { cache, informer, expectations } = aWorld();
  cache.set(at('101'));
  expectations.deleted('key', informer, at('101'));
  expect(expectations.isBehind('key')).toBe(true);
  cache.set({
    metadata: { name: 'a', uid: 'u1', resourceVersion: '102', deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  expect(expectations.isBehind('key')).toBe(false);
});

test('a successor of the same name does not keep a delete waiting', () => {
  const { cache, informer, expectations } = aWorld();
  cache.set(at('101'));
  expectations.deleted('key', informer, at('101'));
  cache.set({ metadata: { name: 'a', uid: 'u2', resourceVersion: '103' } });
  expect(expectations.isBehind('key')).toBe(false);
});

test('what is forgotten is not awaited', () => {
  const { informer, expectations } = aWorld();
  expectations.wrote('key', informer, at('105'));
  expectations.forget('key');
  expect(expectations.isBehind('key')).toBe(false);
});

test('a write that is never seen is given up after a time that no watch outlives', async () => {
  const { informer } = aWorld();
  const clock = new VirtualClock();
  const expectations = new Expectations(clock);
  expectations.wrote('key', informer, at('105'));
  await clock.advance(900_000);
  expect(expectations.isBehind('key')).toBe(true);
  await clock.advance(1);
  expect(expectations.isBehind('key')).toBe(false);
});

test('a watch that stays behind our own write for ten seconds is read anew, and not in a loop', async () => {
  const { informer, clock, relists, expectations } = aWorld();
  expectations.wrote('key', informer, at('105'));
  await clock.advance(9_000);
  expect([expectations.isBehind('key'), relists()]).toEqual([true, 0]);
  await clock.advance(2_000);
  for (let poll = 0; poll < 5; poll += 1) expect(expectations.isBehind('key')).toBe(true);
  expect(relists()).toBe(1);
  await clock.advance(11_000);
  expect([expectations.isBehind('key'), relists()]).toEqual([true, 2]);
});

test.each([
  ['shows nothing of it', undefined],
  ['shows an older version', '90'],
])('a watch that is past our write and %s has lost an event', (_, known) => {
  const { cache, informer, sees, relists, expectations } = aWorld();
  if (known !== undefined) cache.set(at(known));
  expectations.wrote('key', informer, at('105'));
  sees('106');
  expect([expectations.isBehind('key'), relists()]).toEqual([false, 1]);
});

test('a watch that shows our write, or a later one, has lost nothing', () => {
  const { cache, informer, sees, relists, expectations } = aWorld();
  expectations.wrote('key', informer, at('105'));
  cache.set(at('107'));
  sees('107');
  expect([expectations.isBehind('key'), relists()]).toEqual([false, 0]);
});

test('a write that finds everything as it is shows a loss, too', () => {
  const { cache, informer, relists, expectations } = aWorld();
  expectations.wrote('key', informer, at('99'));
  expect([expectations.isBehind('key'), relists()]).toEqual([false, 1]);
  cache.set(at('99'));
  const other = aWorld();
  other.cache.set(at('99'));
  other.expectations.wrote('key', other.informer, at('99'));
  expect(other.relists()).toBe(0);
});
