import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/object.ts';
import { type ShopWorld, shopWorld, userService } from './shop-world.ts';

const canary = (version: string, weight: number, fields: Record<string, unknown> = {}) =>
  userService({ version, replicas: 2, rollout: { strategy: 'Canary', canary: { weight, ...fields } } });

async function beside(weight: number): Promise<ShopWorld> {
  const world = shopWorld();
  world.want(canary('v1.0.0', weight));
  await world.settle();
  world.want(canary('v2.0.0', weight));
  return world;
}

type Destination = { destination: { subset?: string; host: string }; weight: number };

/** Where requests to the user service go: `v1-0-0:80 v2-0-0:20`, or `host:100` without subsets. */
function route(world: ShopWorld): string {
  const { http } = world.child('VirtualService', 'user-service')['spec'] as {
    http: { route: Destination[] }[];
  };
  return (http.at(-1)?.route ?? [])
    .map(({ destination, weight }) => `${destination.subset ?? 'host'}:${weight}`)
    .join(' ');
}

function subsets(world: ShopWorld): string[] {
  const { subsets: found } = world.child('DestinationRule', 'user-service')['spec'] as {
    subsets?: { name: string }[];
  };
  return (found ?? []).map(({ name }) => name);
}

function deployments(world: ShopWorld): KubernetesObject[] {
  return world
    .children()
    .filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name.startsWith('user-service'));
}

const user = (world: ShopWorld) => world.stack().status?.services?.find(({ name }) => name === 'user');

describe('a static canary, step by step', () => {
  test('the decision is stored, the route is pinned, and only then the canary is made', async () => {
    const world = await beside(20);
    const before = world.child('Deployment', 'user-service').metadata.resourceVersion;
    const pinned = await world.step();
    expect(pinned[0]).toMatch(/^status/);
    expect(pinned.some((write) => write.includes('Deployment'))).toBe(false);
    expect(route(world)).toBe('v1-0-0:100');
    const made = await world.step();
    expect(made[0]).toMatch(/^status/);
    expect(made.findIndex((write) => write.includes('Deployment'))).toBeGreaterThan(0);
    expect(world.child('Deployment', 'user-service').metadata.resourceVersion).toBe(before);
    expect(deployments(world)).toHaveLength(2);
    expect(user(world)).toMatchObject({
      desiredWeight: 20,
      stableRevision: user(world)?.history?.[0]?.revision,
      rolloutID: `${user(world)?.revision}-1`,
      rollout: { state: 'Scaling', given: 0 },
    });
    expect(user(world)?.canaryRevision).not.toBe(user(world)?.stableRevision);
  });

  test('it gets no traffic before its pods are ready, then its weight, beside the stable rest', async () => {
    const world = await beside(20);
    await world.step();
    await world.step();
    expect(route(world)).toBe('v1-0-0:100');
    expect(subsets(world).toSorted()).toEqual(['v1-0-0', 'v2-0-0']);
    world.run();
    await world.step();
    expect(route(world)).toBe('v1-0-0:80 v2-0-0:20');
    expect(user(world)?.weight).toBe(0);
    await world.step();
    expect(user(world)?.weight).toBe(20);
    expect(world.condition('RolloutHealthy')).toBe('Unknown AwaitingApproval');
    await world.settle();
    expect(world.condition('Ready')).toBe('True AllAvailable');
    expect(world.stack().status?.summary?.canary).toBe('user 20%');
  });

  test('when its pods go it loses its traffic', async () => {
    const world = await beside(20);
    await world.settle();
    const name =
      deployments(world).find(({ metadata }) => metadata.name !== 'user-service')?.metadata.name ?? '';
    world.run({ [name]: 0 });
    await world.step();
    expect(route(world)).toBe('v1-0-0:100');
  });

  test('weight 100 takes all traffic and promotes nothing', async () => {
    const world = await beside(100);
    await world.settle();
    expect(route(world)).toBe('v2-0-0:100');
    expect(world.child('Deployment', 'user-service').metadata.labels?.['version']).toBe('v1.0.0');
    expect(user(world)?.canaryRevision).toBeDefined();
  });

  test('reverting the spec withdraws it: the route, its pods, the subset in the route, then what is left', async () => {
    const world = await beside(20);
    await world.settle();
    world.want(canary('v1.0.0', 20));
    const turns: string[][] = [];
    for (let turn = 0; turn < 6; turn++) {
      const writes = await world.step();
      turns.push(
        writes.filter((write) => /user-service/.test(write)).map((write) => write.replace(/\/dev.*/, '')),
      );
      world.run();
    }
    expect(turns.flat()).toEqual([
      // The label that says whose Deployment it is, and the route, in one turn.
      'apply Deployment.apps',
      'apply VirtualService.networking.istio.io',
      'apply Deployment.apps',
      'apply VirtualService.networking.istio.io',
      'delete Deployment.apps',
      'apply DestinationRule.networking.istio.io',
    ]);
    await world.settle();
    expect(deployments(world)).toHaveLength(1);
    expect(route(world)).toBe('host:100');
    expect(user(world)).not.toHaveProperty('canaryRevision');
    expect(user(world)).not.toHaveProperty('rollout');
    expect(user(world)?.history?.map(({ result }) => result)).toEqual(['Aborted', 'Promoted']);
    expect(world.transitions.map(({ reason }) => reason)).toContain('RolloutEnded');
  });

  test('Rolling promotes a canary under way: its Deployment stays, the former one goes after a minute', async () => {
    const world = await beside(20);
    await world.settle();
    const name =
      deployments(world).find(({ metadata }) => metadata.name !== 'user-service')?.metadata.name ?? '';
    const template = () => (world.child('Deployment', name)['spec'] as { template: unknown }).template;
    const before = template();
    world.want(userService({ version: 'v2.0.0', replicas: 2 }));
    await world.settle();
    expect(user(world)?.history?.[0]).toMatchObject({ result: 'Promoted', version: 'v2.0.0' });
    expect(route(world)).toBe('v2-0-0:100');
    expect(deployments(world)).toHaveLength(2);
    expect(world.wakes()).toBe(60_000);
    world.wait(60);
    await world.settle();
    expect(deployments(world).map(({ metadata }) => metadata.name)).toEqual([name]);
    expect(template()).toEqual(before);
    expect(world.child('Deployment', name).metadata.labels?.['ecommercestack.dev/role']).toBe('stable');
    expect(route(world)).toBe('host:100');
    expect(world.condition('Ready')).toBe('True AllAvailable');
  });

  test('steps go by the clock up to promotion', async () => {
    const steps = [
      { weight: 10, hold: { type: 'Duration', duration: '5m' } },
      { weight: 50, hold: { type: 'Duration', duration: '1m' } },
    ];
    const stepped = (version: string) =>
      userService({ version, replicas: 2, rollout: { strategy: 'Canary', canary: { steps } } });
    const world = shopWorld();
    world.want(stepped('v1.0.0'));
    await world.settle();
    world.want(stepped('v2.0.0'));
    await world.settle();
    expect(route(world)).toBe('v1-0-0:90 v2-0-0:10');
    expect(world.wakes()).toBe(300_000);
    expect(world.waits()).toBe(false);
    expect(world.condition('RolloutHealthy')).toBe('Unknown Holding');
    expect(await world.step()).toEqual([]);
    world.wait(299);
    expect(await world.step()).toEqual([]);
    world.wait(1);
    await world.settle();
    expect(route(world)).toBe('v1-0-0:50 v2-0-0:50');
    world.wait(60);
    await world.settle();
    expect(route(world)).toBe('v2-0-0:100');
    expect(user(world)).toMatchObject({ phase: 'Promoted', stableRevision: user(world)?.revision });
  });

  test('a hand edit of the stable Deployment is repaired from its recorded intent while the spec has moved on', async () => {
    const world = await beside(20);
    await world.settle();
    const before = world.child('Deployment', 'user-service');
    const spec = structuredClone(before['spec']) as {
      template: { spec: { containers: { image: string }[] } };
    };
    for (const container of spec.template.spec.containers) container.image = 'evil/user:latest';
    world.put({ ...before, spec });
    await world.step();
    expect(world.child('Deployment', 'user-service')['spec']).toEqual(before['spec']);
    world.drop('Deployment.apps/dev/user-service');
    await world.step();
    expect(world.child('Deployment', 'user-service')['spec']).toEqual(before['spec']);
  });

  test('with the status lost, the Deployment labelled stable stays stable', async () => {
    const world = await beside(20);
    await world.settle();
    const stable = user(world)?.stableRevision;
    const { status: _lost, ...stack } =
      world.get('EcommerceStack.ecommercestack.dev/dev/shop') ?? stackless();
    world.put(stack);
    await world.settle();
    expect(user(world)?.stableRevision).toBe(stable);
    expect(world.child('Deployment', 'user-service').metadata.labels?.['version']).toBe('v1.0.0');
    expect(route(world)).toBe('v1-0-0:80 v2-0-0:20');
  });

  test('a route never names a subset that is missing, whatever order things happen in', async () => {
    const world = await beside(20);
    const versions = ['v2.0.0', 'v1.0.0', 'v3.0.0', 'v2.0.0', 'v1.0.0'];
    for (const [index, version] of versions.entries()) {
      world.want(canary(version, [20, 50, 100, 0, 20][index] ?? 0));
      for (const ready of [undefined, { 'user-service': 1 }, undefined]) {
        await world.step();
        const named = route(world)
          .split(' ')
          .map((part) => part.split(':')[0] ?? '');
        expect([...subsets(world), 'host']).toEqual(expect.arrayContaining(named));
        const weights = route(world)
          .split(' ')
          .map((part) => Number(part.split(':')[1]));
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(100);
        world.run(ready);
      }
    }
  });
});

function stackless(): never {
  throw new Error('there is no stack');
}
