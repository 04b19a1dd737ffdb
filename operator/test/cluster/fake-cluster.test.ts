import { ApiError } from '@ecommercestack/controller-runtime';
import { describe, expect, test } from 'vitest';
import { type KubernetesObject, objectKey } from '../../src/api/object.ts';
import { applyChanges } from '../../src/cluster/apply.ts';
import { type FakeWorld, fakeCluster } from '../../src/testing/fake-cluster.ts';
import { clusterSuite, stackNamed, type Twin } from './cluster-suite.ts';

function twinOf(world: FakeWorld): Twin {
  return {
    cluster: world.cluster,
    namespace: 'dev',
    put: async (object) => {
      world.put(object);
      const stored = world.get(objectKey(object));
      if (stored === undefined) throw new Error(`${objectKey(object)} was not stored`);
      return stored;
    },
    drop: async (object) => world.drop(objectKey(object)),
    until: async (read) => {
      const found = read();
      if (found === undefined) throw new Error('the in-memory cluster shows everything at once');
      return found;
    },
  };
}

describe('the in-memory cluster', () => {
  clusterSuite(async () => twinOf(fakeCluster()));
});

describe('what a real API server would have to be made to do', () => {
  const object = (name: string, kind = 'ConfigMap'): KubernetesObject => ({
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    metadata: { name, namespace: 'dev' },
  });

  test('a refused object is named with the answer; objects of the same and of later Kinds go on', async () => {
    const world = fakeCluster();
    world.put(stackNamed('shop', 'dev'));
    world.refuse(({ metadata }) => metadata.name === 'broken');
    const apply = [object('broken'), object('whole'), object('later', 'Deployment')];
    const outcome = await applyChanges(
      world.cluster,
      { name: 'shop', namespace: 'dev' },
      { apply, prune: [] },
      [],
    );
    expect(outcome.problems).toEqual([
      {
        kind: 'ConfigMap',
        name: 'broken',
        reason: 'ObjectRefused',
        message: '403 Forbidden: refused by the test',
      },
    ]);
    expect(outcome.awaited).toEqual([objectKey(object('whole')), objectKey(object('later', 'Deployment'))]);
  });

  test('in a namespace that is going, one group of refusals is enough to know', async () => {
    const world = fakeCluster();
    const causes = [{ reason: 'NamespaceTerminating', message: 'namespace dev is being terminated' }];
    world.refuse(() => true, new ApiError(403, { reason: 'Forbidden', message: 'no', details: { causes } }));
    const apply = 'abcdefghijkl'.split('').map((name) => object(name));
    const changes = { apply: [...apply, object('later', 'Deployment')], prune: [] };
    const outcome = await applyChanges(world.cluster, { name: 'shop', namespace: 'dev' }, changes, []);
    expect(new Set(outcome.problems.map(({ reason }) => reason))).toEqual(new Set(['Terminating']));
    expect(world.writes).toHaveLength(8);
  });

  test('an answer that never came is tried again, not held against the object', async () => {
    const world = fakeCluster();
    world.refuse(() => true, new Error('socket hang up'));
    const changes = { apply: [object('one')], prune: [] };
    const outcome = await applyChanges(world.cluster, { name: 'shop', namespace: 'dev' }, changes, []);
    expect(outcome.problems).toMatchObject([{ reason: 'Unreachable' }]);
  });

  test('Kinds are applied one after the other, and pruned afterwards', async () => {
    const world = fakeCluster();
    world.put(object('old'));
    const changes = { apply: [object('a'), object('b', 'Deployment')], prune: world.all() };
    await applyChanges(world.cluster, { name: 'shop', namespace: 'dev' }, changes, []);
    expect(world.writes.map(({ verb, object: key }) => `${verb} ${key}`)).toEqual([
      'apply ConfigMap./dev/a',
      'apply Deployment.apps/dev/b',
      'delete ConfigMap./dev/old',
    ]);
  });
});
