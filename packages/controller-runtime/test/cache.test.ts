import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../src/index.ts';
import { Cache, stripManagedFields } from '../src/index.ts';

function anObject(name: string, uid: string, version: number, owner?: string): KubeObject {
  const ownerReferences =
    owner === undefined ? undefined : [{ apiVersion: 'v1', kind: 'Owner', name: owner, uid: owner }];
  return { metadata: { name, namespace: 'ns', uid, resourceVersion: String(version), ownerReferences } };
}

// Once as it is, and once with every object packed between any two steps of a test.
describe.each([{ compact: false }, { compact: true }])('compact: $compact', ({ compact }) => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const rest = (): void => void vi.advanceTimersByTime(10_000);

  function aCache() {
    const seen: string[] = [];
    const errors: unknown[] = [];
    const cache = new Cache<KubeObject>({ compact, onHandlerError: (error) => errors.push(error) });
    cache.onChange((type, previous, current) => {
      seen.push(`${type} ${previous?.metadata.uid ?? '-'} ${current?.metadata.uid ?? '-'}`);
    });
    return { cache, seen, errors };
  }

  test('an object is found by key, by uid and by owner', () => {
    const { cache } = aCache();
    cache.set(anObject('a', 'u1', 1, 'o1'));
    rest();
    expect(cache.get('ns/a')?.metadata.uid).toBe('u1');
    expect(cache.get({ namespace: 'ns', name: 'a' })?.metadata.uid).toBe('u1');
    expect(cache.getByUid('u1')?.metadata.name).toBe('a');
    expect(cache.ownedBy('o1').map((object) => object.metadata.name)).toEqual(['a']);
    expect(cache.ownedBy('o2')).toEqual([]);
  });

  test('indexes follow updates and deletes', () => {
    const { cache } = aCache();
    cache.addIndex('version', (object) => [object.metadata.resourceVersion ?? '']);
    cache.set(anObject('a', 'u1', 1, 'o1'));
    rest();
    cache.set(anObject('a', 'u1', 2, 'o2'));
    rest();
    expect(cache.ownedBy('o1')).toEqual([]);
    expect(cache.byIndex('version', '1')).toEqual([]);
    expect(cache.byIndex('version', '2')).toHaveLength(1);
    cache.delete(anObject('a', 'u1', 3));
    rest();
    expect(cache.ownedBy('o2')).toEqual([]);
    expect(cache.getByUid('u1')).toBeUndefined();
    expect(() => cache.byIndex('nonsense', '')).toThrow('unknown index nonsense');
  });

  test('an index added late covers what is there already', () => {
    const { cache } = aCache();
    cache.set(anObject('a', 'u1', 1));
    rest();
    cache.addIndex('name', (object) => [object.metadata.name]);
    expect(cache.byIndex('name', 'a')).toHaveLength(1);
    expect(() => cache.addIndex('name', () => [])).toThrow('exists already');
  });

  test('delete and recreate under one name is a delete and an add, also when the delete was never seen', () => {
    const { cache, seen } = aCache();
    cache.set(anObject('a', 'u1', 1, 'o1'));
    rest();
    cache.set(anObject('a', 'u2', 5));
    rest();
    expect(seen).toEqual(['add - u1', 'delete u1 -', 'add - u2']);
    expect(cache.getByUid('u1')).toBeUndefined();
    expect(cache.ownedBy('o1')).toEqual([]);
  });

  test('repeated and older versions of the same object change nothing', () => {
    const { cache, seen } = aCache();
    cache.set(anObject('a', 'u1', 10));
    rest();
    cache.set(anObject('a', 'u1', 10));
    rest();
    cache.set(anObject('a', 'u1', 9));
    rest();
    expect(seen).toEqual(['add - u1']);
    expect(cache.get('ns/a')?.metadata.resourceVersion).toBe('10');
  });

  test('the late delete of a former holder of the name leaves the present one alone', () => {
    const { cache, seen } = aCache();
    cache.set(anObject('a', 'u2', 5));
    rest();
    cache.delete(anObject('a', 'u1', 4));
    rest();
    expect(seen).toEqual(['add - u2']);
    expect(cache.size).toBe(1);
  });

  test('a relist tells exactly the differences, and only in its namespace', () => {
    const { cache, seen } = aCache();
    cache.set(anObject('gone', 'u1', 1));
    rest();
    cache.set(anObject('same', 'u2', 2));
    rest();
    cache.set(anObject('changed', 'u3', 3));
    rest();
    cache.set({ metadata: { name: 'far', namespace: 'other', uid: 'u9', resourceVersion: '1' } });
    rest();
    seen.length = 0;
    cache.replace([anObject('same', 'u2', 2), anObject('changed', 'u3', 7), anObject('new', 'u4', 8)], 'ns');
    rest();
    expect(seen).toEqual(['delete u1 -', 'update u3 u3', 'add - u4']);
    expect(cache.get('other/far')).toBeDefined();
  });

  test('a relist is right also where its versions are older, as after a restored backup', () => {
    const { cache, seen } = aCache();
    cache.set(anObject('a', 'u1', 90));
    rest();
    cache.replace([anObject('a', 'u1', 40)], 'ns');
    rest();
    expect(cache.get('ns/a')?.metadata.resourceVersion).toBe('40');
    cache.replace([anObject('a', 'u1', 40)], 'ns');
    rest();
    expect(seen).toEqual(['add - u1', 'update u1 u1']);
  });

  test('an exception in one handler is reported and stops neither the cache nor the other handlers', () => {
    const { cache, errors } = aCache();
    const later: string[] = [];
    cache.onChange(() => {
      throw new Error('handler');
    });
    cache.onChange((type) => later.push(type));
    cache.set(anObject('a', 'u1', 1));
    rest();
    expect(errors).toHaveLength(1);
    expect(later).toEqual(['add']);
    expect(cache.size).toBe(1);
  });
});

test('managed fields are not kept', () => {
  const object = anObject('a', 'u1', 1);
  object.metadata.managedFields = [{ manager: 'x' }];
  expect(JSON.stringify(stripManagedFields(object))).not.toContain('managedFields');
});
