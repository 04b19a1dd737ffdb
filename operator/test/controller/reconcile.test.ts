import { ApiError } from '@ecommercestack/controller-runtime';
import { describe, expect, test, vi } from 'vitest';
import { kinds } from '../../src/api/kinds.ts';
import { type KubernetesObject, objectKey } from '../../src/api/object.ts';
import { fakeCluster } from '../../src/testing/fake-cluster.ts';
import { stackNamed } from '../cluster/cluster-suite.ts';
import { type ShopWorld, shopWorld, small } from './shop-world.ts';

// Some tests reconcile a hundred times; that is a second of work, and more on a machine that builds beside them.
vi.setConfig({ testTimeout: 60_000 });

const status = 'status EcommerceStack.ecommercestack.dev/dev/shop';

async function atRest(spec: Record<string, unknown> = small): Promise<ShopWorld> {
  const world = shopWorld();
  world.want(spec);
  await world.settle();
  return world;
}

/** What of the children a person could tell apart. */
function picture(world: ShopWorld): unknown[] {
  return world
    .children()
    .map(({ metadata, ...rest }) => {
      const { resourceVersion, uid, generation, creationTimestamp, ...kept } = metadata;
      return { ...rest, status: undefined, stringData: undefined, metadata: kept };
    })
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('a new stack', () => {
  test('waits for others until it is Ready, and not when it is gone', async () => {
    const world = shopWorld();
    world.want();
    await world.step();
    expect(world.waits()).toBe(true);
    await world.settle();
    expect([world.condition('Ready'), world.waits()]).toEqual(['True AllAvailable', false]);
    world.drop('EcommerceStack.ecommercestack.dev/dev/shop');
    await world.step();
    expect(world.waits()).toBe(false);
  });

  test('is answered before anything is made: Ready Unknown, Reconciling, the generation', async () => {
    const world = shopWorld();
    world.want();
    const writes = await world.step();
    expect(writes[0]).toBe(status);
    expect(writes.filter((write) => write === status).length).toBeLessThanOrEqual(2);
    expect(world.condition('Ready')).toBe('False Progressing');
    expect(world.stack().status?.observedGeneration).toBe(1);
  });

  test('gets its objects in the order of the Kind table', async () => {
    const world = shopWorld();
    world.want();
    await world.step();
    const order = world.writes
      .filter(({ verb }) => verb !== 'status')
      .map(({ object }) =>
        kinds.findIndex((row) => `${row.kind}.${row.group}` === object.slice(0, object.indexOf('/'))),
      );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(
      new Set(world.writes.filter(({ verb }) => verb !== 'status').map(({ object }) => object)).size,
    ).toBe(order.length);
  });

  test('becomes Ready when its pods run, and says so once', async () => {
    const world = await atRest();
    expect(world.condition('Ready')).toBe('True AllAvailable');
    expect(world.stack().status?.summary?.services).toBe('3/3');
    expect(world.transitions.map(({ reason }) => reason)).toEqual(['Ready']);
  });

  test('at rest, a reconcile writes nothing and reads nothing from the API server', async () => {
    const world = await atRest();
    const reads = world.reads.length;
    expect(await world.step()).toEqual([]);
    expect(world.reads.length).toBe(reads);
  });
});

describe('drift', () => {
  test('every owned object that is deleted comes back', async () => {
    const world = await atRest();
    for (const child of world.children().filter(({ kind }) => kind !== 'Secret')) {
      world.drop(objectKey(child));
      await world.step();
      expect(world.get(objectKey(child)), objectKey(child)).toBeDefined();
    }
  });

  test('the record of an older revision comes back too', async () => {
    const world = await atRest();
    const before = new Set(world.children().map(objectKey));
    world.want({ ...small, version: 'v9.9.9' });
    await world.settle();
    const records = world
      .children()
      .filter(({ kind, metadata }) => kind === 'ConfigMap' && /^user-service-\w{10}$/.test(metadata.name));
    expect(records).toHaveLength(2);
    const older = records.map(objectKey).find((key) => before.has(key)) ?? '';
    world.drop(older);
    await world.step();
    expect(world.get(older)).toBeDefined();
  });

  test('every owned field that is changed is set back, and what others added stays', async () => {
    const world = await atRest();
    for (const child of world.children().filter(({ kind }) => kind !== 'Secret')) {
      const before = world.get(objectKey(child));
      const labels = { ...child.metadata.labels, app: 'somebody-elses', theirs: 'yes' };
      world.put({ ...child, metadata: { ...child.metadata, labels, ownerReferences: [] } });
      await world.step();
      const after = world.get(objectKey(child));
      expect(after?.metadata.labels, objectKey(child)).toEqual({ ...before?.metadata.labels, theirs: 'yes' });
      expect(after?.metadata.ownerReferences, objectKey(child)).toEqual(before?.metadata.ownerReferences);
    }
  });

  test('repairing a route or a label does not make a stack that runs look broken', async () => {
    const world = await atRest();
    const service = world.child('Service', 'user-service');
    world.put({ ...service, metadata: { ...service.metadata, labels: {} } });
    // Without its labels it is out of sight: making it is refused, a look at it tells whose it is, and it is taken back.
    const write = 'apply Service./dev/user-service';
    expect(await world.step()).toEqual([write, write]);
    expect(world.condition('Ready')).toBe('True AllAvailable');
  });

  test('a generated Secret that is deleted is made again, and never written while it is there', async () => {
    const world = await atRest();
    const secret = world.children().find(({ kind }) => kind === 'Secret');
    if (secret === undefined) throw new Error('no Secret was made');
    expect(world.writes.filter(({ object }) => object === objectKey(secret))).toHaveLength(1);
    world.drop(objectKey(secret));
    expect(await world.step()).toContain(`create ${objectKey(secret)}`);
  });
});

describe('change', () => {
  test('a service that goes takes its objects along and nothing else', async () => {
    const world = await atRest();
    const others = (): string[] =>
      world
        .children()
        .filter(({ metadata }) => metadata.name.startsWith('product-service'))
        .map(objectKey);
    const before = others();
    world.want({ services: [...small.services, { name: 'user', placement: 'Disabled' }] });
    await world.settle();
    expect(world.children().filter(({ metadata }) => metadata.name.startsWith('user-service'))).toEqual([]);
    expect(others()).toEqual(before);
    expect(world.condition('Ready')).toBe('True AllAvailable');
  });

  test('there and back again leaves what a fresh stack has', async () => {
    const world = await atRest();
    const fresh = picture(world);
    world.want({ ...small, mesh: { type: 'None' }, exposure: { type: 'None' }, profile: 'Production' });
    await world.settle();
    expect(picture(world)).not.toEqual(fresh);
    world.want();
    await world.settle();
    const kept = picture(world).filter((object) => !JSON.stringify(object).includes('"immutable":true'));
    const expected = fresh.filter((object) => !JSON.stringify(object).includes('"immutable":true'));
    expect(kept).toEqual(expected);
  });

  test('stores that are kept outlive their stack, and a stack of the same name takes them up as they are', async () => {
    const world = await atRest({ ...small, profile: 'Production' });
    const stores = (): [string, string | undefined][] =>
      world
        .children()
        .filter(({ kind }) => kind === 'StatefulSet' || kind === 'Secret')
        .map((child) => [objectKey(child), child.metadata.resourceVersion]);
    const before = stores();
    expect(before.length).toBeGreaterThan(2);
    // What garbage collection does: whatever the stack owned goes with it.
    world.drop('EcommerceStack.ecommercestack.dev/dev/shop');
    for (const child of world.children()) if (child.metadata.ownerReferences) world.drop(objectKey(child));
    expect(stores()).toEqual(before);
    world.want({ ...small, profile: 'Production' });
    await world.settle();
    expect(stores().map(([key]) => key)).toEqual(before.map(([key]) => key));
    const secrets = (list: [string, string | undefined][]) =>
      list.filter(([key]) => key.startsWith('Secret'));
    expect(secrets(stores())).toEqual(secrets(before));
    expect(world.condition('Ready')).toBe('True AllAvailable');
  });

  test('a stack that is being deleted is never rebuilt', async () => {
    const world = await atRest();
    const stack = world.get('EcommerceStack.ecommercestack.dev/dev/shop');
    if (stack === undefined) throw new Error('there is no stack');
    world.put({ ...stack, metadata: { ...stack.metadata, deletionTimestamp: '2026-02-03T04:05:06Z' } });
    for (const child of world.children()) world.drop(objectKey(child));
    expect(await world.step()).toEqual([]);
  });

  test('a paused stack changes nothing and says so', async () => {
    const world = await atRest();
    world.want({ ...small, paused: true, version: 'v2.0.0' });
    const writes = await world.step();
    expect(new Set(writes)).toEqual(new Set([status]));
    expect(world.condition('Reconciling')).toBe('False Paused');
  });
});

describe('others in the way', () => {
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'user-service', namespace: 'dev', labels: { mine: 'yes' } },
    spec: { selector: { app: 'mine' } },
  };

  test('a foreign object under a name of ours stays, the rest converges, and it is named', async () => {
    const world = shopWorld();
    world.put(service);
    const before = world.get(objectKey(service));
    world.want();
    await world.step();
    world.run();
    await world.step();
    expect(world.get(objectKey(service))).toEqual(before);
    expect(world.condition('Stalled')).toBe('True NameConflict');
    expect(world.condition('DataReady')).toBe('True StoresAvailable');
    const told = world.stack().status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    expect(told).toMatch(/Service user-service/);
    expect(world.children().filter(({ kind }) => kind === 'Deployment')).toHaveLength(3);
  });

  test('when it goes, the stack recovers by itself', async () => {
    const world = shopWorld();
    world.put(service);
    world.want();
    await world.step();
    world.drop(objectKey(service));
    await world.settle();
    expect(world.condition('Ready')).toBe('True AllAvailable');
    expect(world.condition('Stalled')).toBe('False NotStalled');
  });

  test('what a former stack of the same name left is waited for, not fought over', async () => {
    const world = await atRest();
    const left = world.children();
    world.drop('EcommerceStack.ecommercestack.dev/dev/shop');
    world.want();
    await expect(world.step()).rejects.toThrow(/former stack/);
    expect(world.condition('Stalled')).toBe('False NotStalled');
    for (const child of left) world.drop(objectKey(child));
    await world.settle();
    expect(world.condition('Ready')).toBe('True AllAvailable');
  });

  test('of two stacks in a namespace the older acts; the other touches nothing and takes over when it goes', async () => {
    const world = await atRest();
    const second = stackNamed('late', 'dev', small);
    world.put({
      ...second,
      metadata: { ...second.metadata, uid: 'zzz', creationTimestamp: '2026-05-05T00:00:00Z' },
    });
    const writes = await world.step('dev/late');
    expect(writes).toEqual(['status EcommerceStack.ecommercestack.dev/dev/late']);
    const stalled = world.cluster
      .stack('dev/late')
      ?.status?.conditions?.find(({ type }) => type === 'Stalled');
    expect(stalled).toMatchObject({ status: 'True', reason: 'NamespaceTaken' });
    expect(await world.step('dev/late')).toEqual([]);
    for (const object of world.all().filter(({ metadata }) => metadata.name !== 'late'))
      world.drop(objectKey(object));
    expect((await world.step('dev/late')).some((write) => write.startsWith('apply Deployment'))).toBe(true);
  });

  test('a host of an older stack in another namespace is left to it; the rest of the stack works', async () => {
    const hosts = { ...small, exposure: { type: 'Ingress', hosts: ['api.example.com'] } };
    const world = shopWorld();
    const older = stackNamed('shop', 'prod', hosts);
    world.put({
      ...older,
      metadata: { ...older.metadata, uid: 'a', creationTimestamp: '2025-01-01T00:00:00Z' },
    });
    world.want(hosts);
    await world.step();
    world.run();
    await world.step();
    expect(world.condition('ExposureReady')).toBe('False HostTaken');
    expect(world.condition('ServicesAvailable')).toBe('True AllAvailable');
    expect(world.children().filter(({ kind }) => kind === 'Ingress')).toEqual([]);
  });
});

describe('failure', () => {
  test('one refused object is named; the rest converges', async () => {
    const world = shopWorld();
    world.refuse(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'user-service');
    world.want();
    await world.step();
    world.run();
    await world.step();
    expect(world.condition('Stalled')).toBe('True ObjectRefused');
    expect(world.condition('DataReady')).toBe('True StoresAvailable');
    world.refuse(undefined);
    await world.settle();
    expect(world.condition('Ready')).toBe('True AllAvailable');
  });

  test('in a namespace that is going it is refused once; a namesake made later is served', async () => {
    const world = await atRest();
    const causes = [{ reason: 'NamespaceTerminating', message: 'namespace dev is being terminated' }];
    const going = new ApiError(403, { reason: 'Forbidden', message: 'no', details: { causes } });
    world.refuse(({ kind }) => kind !== 'EcommerceStack', going);
    for (const child of world.children()) world.drop(objectKey(child));
    const refused = await world.step();
    expect(refused.filter((write) => write !== status).length).toBeLessThanOrEqual(8);
    expect(await world.step()).toEqual([]);
    world.refuse(undefined);
    world.drop('EcommerceStack.ecommercestack.dev/dev/shop');
    world.want();
    await world.settle();
    expect(world.condition('Ready')).toBe('True AllAvailable');
  });

  test('without Istio it says so and goes on; Istio installed later is used', async () => {
    const world = shopWorld(fakeCluster([]));
    world.want();
    await world.step();
    world.run();
    await world.step();
    expect(world.condition('MeshConfigured')).toBe('False IstioAbsent');
    expect(world.condition('ServicesAvailable')).toBe('True AllAvailable');
    expect(world.children().some(({ apiVersion }) => apiVersion.includes('istio.io'))).toBe(false);
    world.setCapability('istio', true);
    await world.settle();
    expect(world.condition('Ready')).toBe('True AllAvailable');
    expect(world.children().some(({ apiVersion }) => apiVersion.includes('istio.io'))).toBe(true);
  });

  test('killed at any write, before or after it took effect, it ends where an undisturbed run ends', async () => {
    const reference = await atRest();
    const total = reference.writes.length;
    for (let k = 1; k <= total; k += 7) {
      const world = shopWorld();
      world.want();
      let count = 0;
      world.refuse(
        () => {
          count += 1;
          return count === k;
        },
        new ApiError(500, { reason: 'InternalError', message: 'killed' }),
      );
      await world.step().catch(() => undefined);
      world.refuse(undefined);
      await world.settle();
      expect(picture(world), `killed at write ${k}`).toEqual(picture(reference));
    }
  });
});
