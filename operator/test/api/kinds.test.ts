import { expect, test } from 'vitest';
import { apiVersionOf, capabilitiesWhere, kindOf, kindRank, kinds, ownedKinds } from '../../src/api/kinds.ts';

const none = capabilitiesWhere(() => false);

test('no Kind stands twice and no verb is a wildcard', () => {
  const names = kinds.map((row) => `${row.kind}.${row.group}`);
  expect(new Set(names).size).toBe(names.length);
  expect(kinds.flatMap((row) => [...row.verbs, ...(row.namespacedVerbs ?? [])])).not.toContain('*');
});

test('a cluster-wide installation reads no Secret', () => {
  expect(kindOf({ apiVersion: 'v1', kind: 'Secret' }).verbs).toEqual(['create']);
});

test('Kinds of absent APIs are not owned there', () => {
  const bare = ownedKinds(none).map((row) => row.kind);
  expect(bare).toContain('Deployment');
  expect(bare).not.toContain('VirtualService');
  expect(ownedKinds({ ...none, istio: true }).map((row) => row.kind)).toContain('VirtualService');
});

test('a subset is written before the route that names it, configuration before what reads it', () => {
  const rank = (kind: string) => kinds.findIndex((row) => row.kind === kind);
  expect(rank('DestinationRule')).toBeLessThan(rank('VirtualService'));
  expect(rank('ConfigMap')).toBeLessThan(rank('Deployment'));
  expect(rank('ServiceAccount')).toBeLessThan(rank('StatefulSet'));
  expect(kindRank({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' })).toBe(kinds.length);
  expect(() => kindOf({ apiVersion: 'v1', kind: 'Node' })).toThrow('no row for v1 Node');
  expect(apiVersionOf(kindOf({ apiVersion: 'apps/v1beta1', kind: 'Deployment' }))).toBe('apps/v1');
});
