import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/object.ts';
import { fakeCluster } from '../../src/testing/fake-cluster.ts';
import { type ShopWorld, shopWorld, userService } from './shop-world.ts';

const env = [{ name: 'SMTP_URL', valueFrom: { secretKeyRef: { name: 'smtp', key: 'url' } } }];
const reading = userService({ env });
const ignoring = userService({ env, rollout: { onSecretChange: 'Ignore' } });
const deployment = 'Deployment.apps/dev/user-service';

function secret(url: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'smtp', namespace: 'dev' },
    stringData: { url },
  };
}

async function worldWith(spec: Record<string, unknown>): Promise<ShopWorld> {
  const world = shopWorld();
  world.put(secret('smtp://a'));
  world.want(spec);
  await world.settle();
  return world;
}

const writesTo = (world: ShopWorld, from: number): string[] =>
  world.writes.slice(from).flatMap(({ verb, object }) => (verb === 'status' ? [] : [object]));

describe('a Secret of the user', () => {
  test('that changes restarts the pods that read it, once, and no others', async () => {
    const world = await worldWith(reading);
    const before = world.writes.length;
    world.put(secret('smtp://b'));
    await world.settle();
    expect(writesTo(world, before)).toEqual([deployment]);
    expect(world.condition('Ready')).toBe('True AllAvailable');
  });

  test('is remembered in status before the pods restart', async () => {
    const world = await worldWith(reading);
    world.put(secret('smtp://b'));
    const writes = await world.step();
    expect(writes[0]).toMatch(/^status /);
    expect(writes[1]).toBe(`apply ${deployment}`);
    const user = world.stack().status?.services?.find(({ name }) => name === 'user');
    expect(user?.restart).toBe(user?.secrets?.[0]?.version);
  });

  test('restarts nothing where it is to be ignored, nor when it is followed again', async () => {
    const world = await worldWith(reading);
    const before = world.writes.length;
    world.want(ignoring);
    await world.settle();
    world.put(secret('smtp://b'));
    await world.settle();
    world.want(reading);
    await world.settle();
    expect(writesTo(world, before)).toEqual([]);
    world.put(secret('smtp://c'));
    await world.settle();
    expect(writesTo(world, before)).toEqual([deployment]);
  });

  test('that may not be seen is named in a condition, with the way out', async () => {
    const world = fakeCluster();
    const blind = shopWorld({ ...world, cluster: { ...world.cluster, secret: () => undefined } });
    blind.want(reading);
    await blind.settle();
    const found = blind.stack().status?.conditions?.find(({ type }) => type === 'RolloutHealthy');
    expect(found?.message).toMatch(/onSecretChange is off for smtp: .*watch\.namespaces/);
    blind.want(ignoring);
    await blind.settle();
    const silent = blind.stack().status?.conditions?.find(({ type }) => type === 'RolloutHealthy');
    expect(silent?.message).not.toMatch(/onSecretChange/);
  });
});

test('a password of ours that is made again restarts nothing', async () => {
  const world = await worldWith(reading);
  world.drop('Secret./dev/shop-postgres');
  const before = world.writes.length;
  await world.settle();
  expect(writesTo(world, before)).toEqual(['Secret./dev/shop-postgres']);
});

test('passwords of ours for a store of another operator restart nothing when its policy changes', async () => {
  const postgres = (deletionPolicy: string) => ({
    ...reading,
    data: { postgres: { mode: 'CloudNativePG', deletionPolicy } },
  });
  const world = shopWorld(fakeCluster(['istio', 'cloudNativePG']));
  world.put(secret('smtp://a'));
  world.want(postgres('Delete'));
  await world.settle();
  const before = world.writes.length;
  world.want(postgres('Retain'));
  await world.settle();
  expect(writesTo(world, before).filter((key) => key.startsWith('Deployment'))).toEqual([]);
});

describe('a password whose store is kept from now on, or no longer', () => {
  const policy = (deletionPolicy: string) => ({ ...reading, data: { postgres: { deletionPolicy } } });
  const owners = (world: ShopWorld) =>
    world.child('Secret', 'shop-postgres').metadata.ownerReferences?.map(({ kind }) => kind) ?? [];

  test('follows the policy as a fresh one would, and keeps its content', async () => {
    const world = await worldWith(policy('Delete'));
    const content = world.child('Secret', 'shop-postgres')['stringData'];
    expect(owners(world)).toEqual(['EcommerceStack']);
    world.want(policy('Retain'));
    await world.settle();
    expect(owners(world)).toEqual([]);
    world.want(policy('Delete'));
    await world.settle();
    expect(owners(world)).toEqual(['EcommerceStack']);
    expect(world.child('Secret', 'shop-postgres')['stringData']).toEqual(content);
  });
});
