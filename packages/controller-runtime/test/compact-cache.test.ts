import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChangeType } from '../src/cache.ts';
import type { KubeObject } from '../src/index.ts';
import { Cache } from '../src/index.ts';
import { takeLine } from '../src/watch-line.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const rest = (): void => void vi.advanceTimersByTime(10_000);
const head = { apiVersion: 'apps/v1', kind: 'Deployment' };

/** An object with its members in the order of the Go types. */
function anObject(
  version: number,
  more: { annotations?: unknown; owner?: string; spec?: unknown; status?: unknown } = {},
) {
  const ownerReferences =
    more.owner === undefined ? undefined : [{ apiVersion: 'v1', kind: 'Owner', name: 'o', uid: more.owner }];
  const managedFields = [
    { manager: 'kubectl "]},"x', fieldsV1: { 'k:{"a":"]},"}': {}, 'v:[1]': {}, 'f:]},': {} } },
  ];
  const names = { name: 'a', namespace: 'ns', uid: 'u1', resourceVersion: String(version) };
  const metadata = { ...names, annotations: more.annotations, ownerReferences, managedFields };
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata,
    spec: more.spec ?? {},
    status: more.status ?? {},
  };
}

type Line = ReturnType<typeof anObject>;

const lineOf = (object: unknown, type = 'MODIFIED') => Buffer.from(JSON.stringify({ type, object }));

function take(object: Line): KubeObject {
  const line = lineOf(object);
  const event = takeLine(line, 0, line.length, head);
  if (event === undefined) throw new Error('the line was not taken');
  return event.object;
}

function stripped({ metadata: { managedFields: _, ...metadata }, ...others }: Line): unknown {
  // Undefined members are no members in JSON.
  return JSON.parse(JSON.stringify({ ...others, metadata }));
}

const tricky = fc.string({
  unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'a', 'managedFields'),
});
const anyJson = fc.jsonValue({ stringUnit: 'grapheme-ascii', maxDepth: 3 });

test('an object that came as a line is the object that was sent, without its managed fields', () => {
  fc.assert(
    fc.property(
      fc.dictionary(tricky, tricky),
      anyJson,
      anyJson,
      fc.boolean(),
      (annotations, spec, status, packed) => {
        const sent = anObject(1, { annotations, owner: 'o1', spec: { spec }, status: { status } });
        const cache = new Cache<KubeObject>({ compact: true });
        cache.set(take(sent));
        if (packed) rest();
        expect(cache.get('ns/a')).toEqual(stripped(sent));
        expect(cache.ownedBy('o1')).toHaveLength(1);
      },
    ),
  );
});

test('handlers see the objects of a change whenever they look, packed or not', () => {
  const cache = new Cache<KubeObject>({ compact: true });
  const seen: [ChangeType, KubeObject | undefined, KubeObject | undefined][] = [];
  cache.onChange((type, previous, current) => seen.push([type, previous, current]));
  const versions = [1, 2, 3].map((version) => anObject(version, { spec: { version } }));
  for (const [index, version] of versions.entries()) {
    cache.set(take(version));
    if (index === 0) rest();
  }
  cache.delete(take(anObject(4)));
  rest();
  const [first, second, third] = versions.map(stripped);
  expect(seen).toEqual([
    ['add', undefined, first],
    ['update', first, second],
    ['update', second, third],
    ['delete', third, undefined],
  ]);
});

test('a lazy object behaves as a plain one', () => {
  const object = take(anObject(1, { spec: { replicas: 2 } }));
  expect('spec' in object).toBe(true);
  expect(Object.keys({ ...object }).toSorted()).toEqual(['apiVersion', 'kind', 'metadata', 'spec', 'status']);
  expect({ ...object.metadata }).toEqual({ name: 'a', namespace: 'ns', uid: 'u1', resourceVersion: '1' });
  object.spec = 'changed';
  expect(object.spec).toBe('changed');
  expect(object.metadata.ownerReferences).toBeUndefined();
});

test('what was read stays the same object until it is left alone', () => {
  const cache = new Cache<KubeObject>({ compact: true });
  cache.set(take(anObject(1)));
  rest();
  const first = cache.get('ns/a');
  expect(cache.get('ns/a')).toBe(first);
  rest();
  expect(cache.get('ns/a')).not.toBe(first);
  expect(cache.get('ns/a')).toEqual(first);
});

test('a line that is cut off anywhere is not taken, or is found out when it is read or left alone', () => {
  const whole = lineOf(anObject(1, { spec: { a: { b: {} } }, status: { c: [{ d: { e: {} } }] } }));
  for (let length = 1; length < whole.length; length += 1) {
    const event = takeLine(whole, 0, length, head);
    if (event === undefined) continue;
    for (const read of [true, false]) {
      const onDamage = vi.fn();
      const cache = new Cache<KubeObject>({ compact: true, onDamage });
      cache.set(event.object);
      if (read) expect(() => cache.get('ns/a')).toThrow('ns/a arrived damaged');
      else rest();
      expect(onDamage).toHaveBeenCalled();
      // The same version in the next picture replaces it.
      cache.replace([take(anObject(1))]);
      expect(cache.get('ns/a')).toMatchObject({ spec: {} });
    }
  }
});

test.each([
  ['another order of members', { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }],
  [
    'no managed fields',
    { kind: 'A', apiVersion: 'v1', metadata: { name: 'a', uid: 'u', resourceVersion: '1' }, spec: {} },
  ],
  [
    'managed fields of something else',
    {
      kind: 'A',
      apiVersion: 'v1',
      metadata: { name: 'a', uid: 'u', resourceVersion: '1' },
      spec: { template: { metadata: { name: 'x', managedFields: [{}] }, z: 1 } },
    },
  ],
  [
    'managed fields before others',
    {
      kind: 'A',
      apiVersion: 'v1',
      metadata: { name: 'a', uid: 'u', resourceVersion: '1', managedFields: [{}], z: 1 },
    },
  ],
])('a line with %s is left to the full parse', (_, object) => {
  const line = lineOf(object);
  expect(takeLine(line, 0, line.length, head)).toBeUndefined();
});
