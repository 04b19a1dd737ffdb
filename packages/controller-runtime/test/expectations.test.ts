import { expect, test } from 'vitest';
import type { KubeObject } from '../src/index.ts';
import { Cache, compareVersions, Expectations } from '../src/index.ts';
import { VirtualClock } from '../src/testing/index.ts';

function aWorld() {
  const cache = new Cache<KubeObject>();
  let seen = '100';
  const informer = { cache, hasSeen: (version: string) => compareVersions(seen, version) >= 0 };
  const sees = (version: string) => {
    seen = version;
  };
  return { cache, informer, sees, expectations: new Expectations() };
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
