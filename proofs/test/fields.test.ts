import { describe, expect, test } from 'vitest';
import { leavesOf, ownedFields, project } from '../kube/fields.ts';
import type { KubeObject } from '../kube/object.ts';

const live = {
  spec: {
    replicas: 3,
    paused: false,
    ports: [
      { port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 31000 },
      { port: 81, protocol: 'TCP' },
    ],
    finalizers: ['a', 'b'],
    selector: { app: 'x', other: 'y' },
  },
};

const trie = {
  'f:spec': {
    'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:targetPort': {} } },
    'f:finalizers': { 'v:"b"': {} },
    'f:selector': {},
    'f:missing': {},
  },
};

describe('project', () => {
  test('keeps what is owned and nothing else', () => {
    expect(project(live, trie)).toEqual({
      spec: {
        ports: [['k:{"port":80,"protocol":"TCP"}', { port: 80, targetPort: 8080 }]],
        finalizers: [['v:"b"', 'b']],
        selector: { app: 'x', other: 'y' },
      },
    });
  });

  test('is changed by an edit of an owned field and not by one of another', () => {
    const before = JSON.stringify(project(live, trie));
    const foreign = structuredClone(live);
    foreign.spec.replicas = 9;
    expect(JSON.stringify(project(foreign, trie))).toBe(before);
    const owned = structuredClone(live);
    owned.spec.selector.app = 'z';
    expect(JSON.stringify(project(owned, trie))).not.toBe(before);
  });

  test('sees an owned list element that was taken out', () => {
    const without = structuredClone(live);
    without.spec.ports.shift();
    expect(project(without, trie)).not.toEqual(project(live, trie));
  });
});

test('leavesOf names the owned leaves that exist, with list positions', () => {
  expect(leavesOf(live, trie)).toEqual([
    ['spec', 'ports', 0, 'port'],
    ['spec', 'ports', 0, 'targetPort'],
    ['spec', 'finalizers', 1],
    ['spec', 'selector'],
  ]);
});

test('ownedFields takes the applied set of the manager, not its status and not what others set', () => {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'x',
      managedFields: [
        { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:a': {} } },
        {
          manager: 'ecommercestack-operator',
          operation: 'Apply',
          subresource: 'status',
          fieldsV1: { 'f:b': {} },
        },
        { manager: 'ecommercestack-operator', operation: 'Apply', fieldsV1: { 'f:spec': {} } },
      ],
    },
  };
  expect(ownedFields(object)).toEqual({ 'f:spec': {} });
  expect(ownedFields({ ...object, metadata: { name: 'x' } })).toBeUndefined();
});
