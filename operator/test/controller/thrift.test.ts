import { describe, expect, test } from 'vitest';
import { objectKey } from '../../src/api/object.ts';
import { type FakeWorld, fakeCluster } from '../../src/testing/fake-cluster.ts';
import { type ShopWorld, shopWorld, small, userService } from './shop-world.ts';

async function atRest(spec: Record<string, unknown> = small): Promise<ShopWorld> {
  const world = shopWorld();
  world.want(spec);
  await world.settle();
  return world;
}

/** What was written to children, revisions left out of their names, after a change; and how often to status. */
async function writesOf(world: ShopWorld, spec: Record<string, unknown>): Promise<[string[], number]> {
  const before = world.writes.length;
  world.want(spec);
  await world.settle();
  const writes = world.writes.slice(before);
  const children = writes.filter(({ verb }) => verb !== 'status');
  return [
    children.map(({ verb, object }) => `${verb} ${object.replace(/-[a-z0-9]{10}$/, '-REVISION')}`),
    writes.length - children.length,
  ];
}

test('a stack is made without a read, each object written once', async () => {
  const world = await atRest();
  const written = world.writes.filter(({ verb }) => verb !== 'status').map(({ object }) => object);
  expect(written.toSorted()).toEqual(world.children().map(objectKey).toSorted());
  expect(world.reads).toEqual([]);
});

describe('one change is written to what it touches', () => {
  test('an image: its Deployment, its record and its subset', async () => {
    const [children, status] = await writesOf(await atRest(), userService({ version: 'v9.9.9' }));
    expect(children).toEqual([
      'apply ConfigMap./dev/user-service-REVISION',
      'apply Deployment.apps/dev/user-service',
      'apply DestinationRule.networking.istio.io/dev/user-service',
    ]);
    // Decided, done, run: the first two may be one for a stack whose pods are quick.
    expect(status).toBeLessThanOrEqual(3);
  });

  test('a number of pods: its Deployment', async () => {
    const [children] = await writesOf(await atRest(), userService({ replicas: 3 }));
    expect(children).toEqual(['apply Deployment.apps/dev/user-service']);
  });

  test('an autoscaler: itself, when it comes, changes and goes', async () => {
    const world = await atRest();
    const scaler = 'HorizontalPodAutoscaler.autoscaling/dev/user-service';
    const scaled = (maxReplicas: number) => userService({ autoscaling: { minReplicas: 1, maxReplicas } });
    expect((await writesOf(world, scaled(3)))[0]).toEqual([`apply ${scaler}`]);
    expect((await writesOf(world, scaled(5)))[0]).toEqual([`apply ${scaler}`]);
    expect((await writesOf(world, small))[0]).toEqual([`delete ${scaler}`]);
  });

  test('the same again: nothing, not even a status', async () => {
    expect(await writesOf(await atRest(), small)).toEqual([[], 0]);
  });
});

test('a name that is taken is tried, looked at once a reconcile, and left as it is', async () => {
  const world = shopWorld();
  const theirs = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'user-service', namespace: 'dev' } };
  world.put(theirs);
  const before = world.get(objectKey(theirs));
  world.want();
  await world.step();
  expect(world.reads).toEqual([objectKey(theirs)]);
  expect(world.get(objectKey(theirs))).toEqual(before);
  expect(world.condition('Stalled')).toBe('True NameConflict');
});

describe('an installation over all namespaces, which may not see Secrets', () => {
  function blind(world: FakeWorld): FakeWorld {
    const { cluster } = world;
    return {
      ...world,
      cluster: {
        ...cluster,
        secret: () => undefined,
        children: (stack) => cluster.children(stack).filter(({ kind }) => kind !== 'Secret'),
      },
    };
  }

  test('makes them once, and not again after a restart while the pods that read them run', async () => {
    const world = blind(fakeCluster());
    const first = shopWorld(world);
    first.want();
    await first.settle();
    expect(first.children().some(({ kind }) => kind === 'Secret')).toBe(true);
    expect(await shopWorld(world).step()).toEqual([]);
  });

  test('makes one that is gone as soon as a pod misses it', async () => {
    const world = blind(fakeCluster());
    const first = shopWorld(world);
    first.want();
    await first.settle();
    const [secret] = first.children().filter(({ kind }) => kind === 'Secret');
    if (secret === undefined) throw new Error('no Secret was made');
    world.drop(objectKey(secret));
    const waiting = {
      reason: 'CreateContainerConfigError',
      message: `secret "${secret.metadata.name}" not found`,
    };
    world.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'dev', labels: { 'ecommercestack.dev/stack': 'shop' } },
      status: { containerStatuses: [{ name: 'c', state: { waiting } }] },
    });
    expect(await shopWorld(world).step()).toContain(`create ${objectKey(secret)}`);
  });
});
