import { expect, test } from 'vitest';
import type { AuditEvent } from '../../audit.ts';
import { countsOf, miscounted, unguarded } from '../counts.ts';

const event = (changes: Partial<AuditEvent>): AuditEvent => ({
  ...{ stage: 'ResponseComplete', verb: 'patch', code: 200, user: 'admin', subresource: '', group: '' },
  ...{ userAgent: 'ecommercestack-operator', resource: 'services', name: 'user', namespace: 'a' },
  ...{ time: '', uri: '', decision: '' },
  ...changes,
});
const made = event({ code: 201 });
const removed = event({ verb: 'delete' });

test('an apply that made something is a creation, by its answer', () => {
  expect(countsOf([made, event({}), removed, event({ code: 409, verb: 'delete' })])).toEqual({
    'create services/user': 1,
    'delete services/user': 1,
  });
});

test('Events, Leases and subresources are no objects', () => {
  const others = [
    event({ code: 201, resource: 'events' }),
    event({ code: 201, resource: 'leases' }),
    event({ code: 201, resource: 'pods', subresource: 'binding' }),
  ];
  expect(countsOf(others)).toEqual({});
});

test('a dry run stores nothing', () => {
  expect(
    countsOf([event({ code: 201, verb: 'create', uri: '/api/v1/namespaces/a/services?dryRun=All' })]),
  ).toEqual({});
});

test('of what Kubernetes makes, ReplicaSets, their pods and revisions of StatefulSets count without names', () => {
  const by = (controller: string, resource: string, name: string) =>
    event({
      ...{ userAgent: 'kube-controller-manager', verb: 'create', code: 201, resource, name },
      user: `system:serviceaccount:kube-system:${controller}-controller`,
    });
  const events = [
    ...['a', 'b'].map((name) => by('replicaset', 'pods', name)),
    by('deployment', 'replicasets', 'a'),
    by('statefulset', 'controllerrevisions', 'c'),
    by('statefulset', 'pods', 'c-0'),
    by('endpointslice', 'endpointslices', 'd'),
  ];
  expect(countsOf(events)).toEqual({
    ...{ 'create pods': 2, 'create replicasets': 1, 'create controllerrevisions': 1 },
  });
});

test('a second creation is told', () => {
  expect(miscounted(countsOf([made]), countsOf([made, made]))).toEqual([
    'create services/user: wanted 1 times, counted 2',
  ]);
  expect(miscounted(countsOf([made]), {})).toEqual(['create services/user: wanted 1 times, counted 0']);
  expect(miscounted(countsOf([made]), countsOf([made]))).toEqual([]);
});

test('a delete without a uid is told', () => {
  expect(unguarded([removed])).toEqual(['delete services/user names no uid']);
  expect(unguarded([event({ verb: 'delete', meansUid: true }), made])).toEqual([]);
});
