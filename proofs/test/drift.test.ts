import { describe, expect, test } from 'vitest';
import { drawEdits, otherValues, toPointer } from '../drift/edit.ts';
import { actionsFor, drawPlan } from '../drift/plan.ts';
import type { KubeObject } from '../kube/object.ts';
import { percentile } from '../percentile.ts';
import { randomFrom } from '../random.ts';

const object = (kind: string, name: string): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name } });
const objects = [
  ...['a', 'b', 'c'].map((name) => object('Service', name)),
  ...['a', 'b', 'c', 'd'].map((name) => object('Deployment', name)),
  object('Secret', 'a'),
];
const text = (plan: ReturnType<typeof drawPlan>) =>
  plan.map(({ object: { kind, metadata }, action }) => `${action} ${kind} ${metadata.name}`);

describe('drawPlan', () => {
  const plan = text(drawPlan(objects, randomFrom(1)));

  test('tries every action on every object once; one addition a Kind', () => {
    expect(new Set(plan).size).toBe(plan.length);
    expect(plan).toHaveLength(3 * 3 + 1 + 4 * 3);
    expect(plan.filter((line) => line.startsWith('add'))).toHaveLength(1);
  });

  test('has tried each pair of Kind and action before it repeats one', () => {
    const pairs = plan.slice(0, 7).map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(new Set(pairs).size).toBe(7);
  });

  test('follows from the seed', () => {
    expect(text(drawPlan(objects, randomFrom(1)))).toEqual(plan);
    expect(text(drawPlan(objects, randomFrom(2)))).not.toEqual(plan);
  });

  test('a copy of a workload is never added and passwords are left alone', () => {
    for (const kind of ['Deployment', 'StatefulSet']) expect(actionsFor(kind)).not.toContain('add');
    expect(actionsFor('Secret')).toEqual([]);
  });
});

describe('drawEdits', () => {
  const service: KubeObject = {
    ...object('Service', 'a'),
    metadata: { name: 'a', labels: { 'a/b': 'c' }, ownerReferences: [{ uid: '1', kind: 'x', name: 'y' }] },
    spec: { ports: [{ port: 80, targetPort: 8080 }], foreign: true },
  };
  const trie = {
    'f:metadata': { 'f:labels': { 'f:a/b': {} }, 'f:ownerReferences': { 'k:{"uid":"1"}': {} } },
    'f:spec': { 'f:ports': { 'k:{"port":80}': { 'f:port': {}, 'f:targetPort': {} } } },
  };
  const edits = drawEdits(service, trie, randomFrom(5));

  test('touches owned fields only, owner references apart', () => {
    expect(new Set(edits.map(({ path }) => path))).toEqual(
      new Set(['/metadata/labels/a~1b', '/spec/ports/0/port', '/spec/ports/0/targetPort']),
    );
  });

  test('never sets what is there already', () => {
    expect(edits).not.toContainEqual(expect.objectContaining({ path: '/spec/ports/0/port', value: 80 }));
    expect(otherValues('drifted')).not.toContain('drifted');
    expect(otherValues(false)).toEqual([true]);
  });
});

test('toPointer escapes what RFC 6901 escapes', () => {
  expect(toPointer(['a~b', 'c/d', 0])).toBe('/a~0b/c~1d/0');
});

test('percentile is by nearest rank', () => {
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(percentile([5, 1, 4, 2, 3], 1)).toBe(5);
  expect(percentile([1], 0.95)).toBe(1);
  expect(percentile([], 0.5)).toBeNaN();
});
