import { expect, test } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import { differences, stateOf } from '../state.ts';

const deployment = (namespace: string, changes: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    ...{ name: 'user-service', namespace, uid: `uid-${namespace}`, resourceVersion: namespace.slice(-1) },
    ownerReferences: [{ uid: `owner-${namespace}`, kind: 'EcommerceStack', name: 'shop' }],
    managedFields: [
      { manager: 'ecommercestack-operator', operation: 'Apply', fieldsV1: { 'f:spec': {} } },
      { manager: `kube-${namespace}`, operation: 'Update' },
    ],
  },
  spec: { replicas: 2, host: `user-service.${namespace}.svc` },
  status: { conditions: [{ type: 'Available', lastTransitionTime: namespace }] },
  ...changes,
});

test('two runs that went the same way are the same', () => {
  const [one, other] = ['run-1', 'run-2'].map((namespace) => stateOf([deployment(namespace)], namespace));
  expect(differences(one ?? new Map(), other ?? new Map())).toEqual([]);
});

test('a member that differs is named with its place', () => {
  const wanted = stateOf([deployment('run-1')], 'run-1');
  const seen = stateOf(
    [deployment('run-2', { spec: { replicas: 3, host: 'user-service.run-2.svc' } })],
    'run-2',
  );
  expect(differences(wanted, seen)).toEqual(['Deployment user-service.spec.replicas: wanted 2, found 3']);
});

test('what is missing and what is too much', () => {
  const one = stateOf([deployment('run-1')], 'run-1');
  expect(differences(one, new Map())).toEqual(['Deployment user-service is missing']);
  expect(differences(new Map(), one)).toEqual(['Deployment user-service should not be there']);
});

test('fields that the operator does not own any more are a difference', () => {
  const wanted = stateOf([deployment('run-1')], 'run-1');
  const object = deployment('run-2');
  const metadata = { ...object.metadata, managedFields: object.metadata.managedFields?.slice(1) };
  expect(differences(wanted, stateOf([{ ...object, metadata }], 'run-2'))).toHaveLength(1);
});

test('of a Secret the keys count, of its version that it is the same one', () => {
  const run = (namespace: string, version: string) =>
    stateOf(
      [
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'postgres', namespace, resourceVersion: version },
          data: { user: namespace },
        },
        deployment(namespace, { spec: { template: { metadata: { annotations: { restart: version } } } } }),
      ],
      namespace,
    );
  expect(differences(run('run-1', '17'), run('run-2', '23'))).toEqual([]);
  expect(JSON.stringify([...run('run-1', '17').values()])).toContain('a version of a Secret');
});

test('what Kubernetes puts into every namespace is no part of it', () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'a' } };
  expect(stateOf([account], 'a').size).toBe(0);
});

test('a route may have taken fewer steps to the same end and not more, a Deployment may take neither', () => {
  const at = (kind: string, generation: number): KubeObject => {
    const object = deployment('run-1');
    return { ...object, kind, metadata: { ...object.metadata, ...{ generation } } };
  };
  const compare = (kind: string, wanted: number, seen: number) =>
    differences(stateOf([at(kind, wanted)], 'run-1'), stateOf([at(kind, seen)], 'run-1'));
  const told = (kind: string, wanted: number, seen: number) =>
    `${kind} user-service.metadata.generation: wanted ${wanted}, found ${seen}`;
  expect(compare('VirtualService', 3, 2)).toEqual([]);
  expect(compare('VirtualService', 2, 3)).toEqual([told('VirtualService', 2, 3)]);
  expect(compare('Deployment', 3, 2)).toEqual([told('Deployment', 3, 2)]);
  expect(compare('Deployment', 2, 3)).toEqual([told('Deployment', 2, 3)]);
});

test('the name of a ReplicaSet counts without its hash', () => {
  const says = (hash: string) =>
    stateOf(
      [deployment('run-1', { status: { message: `ReplicaSet "user-service-${hash}" has progressed.` } })],
      'run-1',
    );
  expect(differences(says('84d557fd68'), says('7cc7dc68'))).toEqual([]);
});
