import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ecommerceStackCrd } from '../../operator/src/api/crd.ts';
import { at } from '../kube/object.ts';
import { plant } from '../mutants/mutant.ts';
import { randomFrom } from '../random.ts';
import { crdOf, nextChanges, nextRelease, present } from '../upgrade/release.ts';
import { removalOrders, roundsOf, stageOf } from '../upgrade/removal.ts';
import { renderedByV1 } from '../upgrade/rendering.ts';
import { differenceOf, type Snapshot } from '../upgrade/snapshot.ts';

const root = join(import.meta.dirname, '../..');

test('the changes of the next release fit the code as it is, together', () => {
  const texts = new Map<string, string>();
  for (const change of nextChanges) {
    const before = texts.get(change.module) ?? readFileSync(join(root, change.module), 'utf8');
    texts.set(change.module, plant(change, before));
  }
  expect(texts.size).toBe(3);
});

test('the CRD of this release is the one of this checkout; that of the next one has more', async () => {
  expect(await crdOf(present)).toEqual(ecommerceStackCrd());
  const spec = at(
    await crdOf(nextRelease()),
    'spec',
    'versions',
    0,
    'schema',
    'openAPIV3Schema',
    'properties',
    'spec',
  );
  expect(at(spec, 'properties', 'blueprint')).toMatchObject({ default: 'v2', enum: ['v1', 'v2'] });
  expect(at(spec, 'properties', 'tone')).toMatchObject({ default: 'Plain' });
});

test('every order of taking away, with the namespace and without it', () => {
  expect(removalOrders).toHaveLength(30);
  expect(new Set(removalOrders.map(String)).size).toBe(30);
  for (const first of ['stack', 'operator', 'CRD', 'namespace']) {
    expect(removalOrders.some(([step]) => step === first)).toBe(true);
  }
});

test('rounds hold every order once, five side by side, and each round has one order of operator and CRD', () => {
  const rounds = roundsOf(randomFrom(7));
  expect(rounds.map(({ length }) => length)).toEqual([5, 5, 5, 5, 5, 5]);
  expect(new Set(rounds.flat().map(String)).size).toBe(30);
  const shared = rounds.map(
    (round) => new Set(round.map((order) => order.find((step) => /operator|CRD/.test(step)))),
  );
  expect(shared.map(({ size }) => size)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(shared[0]).not.toEqual(shared[1]);
  for (const round of rounds.slice(0, 2))
    expect(new Set(round.map((order) => order.includes('namespace'))).size).toBe(2);
});

test('an order is cut where operator and CRD go', () => {
  const order = ['namespace', 'CRD', 'stack', 'operator'] as const;
  expect([0, 1, 2].map((stage) => stageOf(order, stage))).toEqual([['namespace'], ['stack'], []]);
  expect(stageOf(['operator', 'CRD', 'stack', 'namespace'], 2)).toEqual(['stack', 'namespace']);
});

describe('differences', () => {
  const snapshot = (changes: Partial<Record<keyof Snapshot, Record<string, unknown>>> = {}): Snapshot => {
    const of = (member: keyof Snapshot, usual: Record<string, unknown>) =>
      new Map(Object.entries({ ...usual, ...changes[member] }));
    // Strings where a snapshot has strings: every caller writes them so.
    return {
      specs: of('specs', { s: { version: 'v1', list: [1] } }),
      templates: of('templates', { d: '{}' }) as Snapshot['templates'],
      pods: of('pods', { p: 'uid' }) as Snapshot['pods'],
    };
  };

  test('nothing, and fields that came on top, are none', () => {
    const more = { s: { version: 'v1', list: [1], tone: 'Plain' } };
    expect(differenceOf(snapshot(), snapshot({ specs: more }))).toEqual({
      ...{ restarts: 0, templates: 0, fields: 0 },
      told: [],
    });
  });

  test('pods that are others, pods that came, templates, fields', () => {
    const after = snapshot({
      pods: { p: 'other', q: 'new' },
      templates: { d: '{"a":1}' },
      specs: { s: { version: 'v1' } },
    });
    expect(differenceOf(snapshot(), after)).toMatchObject({ restarts: 2, templates: 1, fields: 1 });
  });
});

test('blueprint v1 renders what it rendered when it was published: a change belongs into a blueprint of a new name', () => {
  const recorded: Record<string, string> = JSON.parse(
    readFileSync(join(root, 'proofs/upgrade/rendered-v1.json'), 'utf8'),
  );
  expect(renderedByV1()).toMatchObject(recorded);
});
