import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cache } from '@ecommercestack/controller-runtime';
import { loadAll } from 'js-yaml';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KubernetesObject } from '../../src/api/object.ts';
import { driftOf } from '../../src/plan/drift.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What the operator would apply for the whole platform. */
const rendered = (): KubernetesObject[] =>
  // The golden file holds nothing but objects.
  loadAll(
    readFileSync(join(import.meta.dirname, '../golden/full/expected.yaml'), 'utf8'),
  ) as KubernetesObject[];

/** One cache with an object of every Kind and shape, all of them packed. */
function packed(objects: readonly KubernetesObject[]): Cache<KubernetesObject> {
  const cache = new Cache<KubernetesObject>({ compact: true });
  for (const [index, object] of objects.entries()) {
    // The name tells Kinds apart that share one: a cache holds one Kind.
    const metadata = { ...object.metadata, name: `o${index}`, uid: `u${index}`, resourceVersion: '1' };
    cache.set({ ...object, metadata });
  }
  vi.advanceTimersByTime(60_000);
  return cache;
}

const namedAlike = (object: KubernetesObject, live: KubernetesObject | undefined) =>
  live && { ...live, metadata: { ...live.metadata, name: object.metadata.name } };

test('no object that was packed and read again has drifted', () => {
  const desired = rendered();
  const cache = packed(desired);
  expect(desired.length).toBeGreaterThan(50);
  for (const [index, object] of desired.entries()) {
    const live = namedAlike(object, cache.getByUid(`u${index}`));
    expect(live && driftOf(object, live)).toBeUndefined();
    expect(live).toBeDefined();
  }
});

test('a label that a hand changed is seen in what was packed', () => {
  const desired = rendered();
  const changed = desired.map((object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, app: 'changed' } },
  }));
  const cache = packed(changed);
  const labelled = [...desired.entries()].filter(
    ([, { metadata }]) => metadata.labels?.['app'] !== undefined,
  );
  expect(labelled.length).toBeGreaterThan(10);
  for (const [index, object] of labelled) {
    const live = namedAlike(object, cache.getByUid(`u${index}`));
    expect(live && driftOf(object, live)).toBe('metadata.labels.app');
  }
});
