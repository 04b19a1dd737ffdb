import { describe, expect, test } from 'vitest';
import type { RolloutAction } from '../../src/api/rolloutaction.ts';
import { type Ask, actionIn } from './asking.ts';
import { type ShopWorld, shopWorld, small } from './shop-world.ts';

const steps = [
  { weight: 10, hold: { type: 'Approval' } },
  { weight: 50, hold: { type: 'Approval' } },
];
const rollout = { strategy: 'Canary', canary: { steps } };
const two = (version: string) => ({
  services: [
    ...small.services,
    { name: 'user', version, replicas: 2, rollout },
    { name: 'product', version, replicas: 2, rollout },
  ],
  release: { groups: [{ name: 'catalogue', stages: [{ services: ['user', 'product'] }] }] },
});

/** A stack of which user and product hold 10 % and wait for a person. */
async function waiting(): Promise<ShopWorld> {
  const world = shopWorld();
  world.want(two('v1.0.0'));
  await world.settle();
  world.want(two('v2.0.0'));
  await world.settle();
  return world;
}

const service = (world: ShopWorld, name = 'user') =>
  world.stack().status?.services?.find((one) => one.name === name);

/** Puts an action; resolves to what became of it after one turn. */
async function ask(world: ShopWorld, wish: Partial<Ask> & Pick<Ask, 'action'>): Promise<string> {
  const name = put(world, wish);
  await world.step();
  return answer(world, name);
}

function put(world: ShopWorld, wish: Partial<Ask> & Pick<Ask, 'action'>): string {
  const stackUID = String(world.stack().metadata['uid']);
  const rolloutID = service(world, wish.target?.name)?.rolloutID ?? service(world)?.rolloutID;
  const action = actionIn('dev', {
    stackUID,
    createdAt: world.now(),
    ...(rolloutID && { rolloutID }),
    ...wish,
  });
  world.put(action);
  return action.metadata.name;
}

const answer = (world: ShopWorld, name: string): string => {
  const { status } = stored(world, name);
  const ready = status?.conditions?.map(({ type, status: value, reason }) => `${type}=${value} ${reason}`);
  return [status?.result, ready?.[status?.result === 'Applied' ? 0 : 2], status?.message].join('; ');
};

const stored = (world: ShopWorld, name: string): RolloutAction =>
  world.get(`RolloutAction.ecommercestack.dev/dev/${name}`) as unknown as RolloutAction;

describe('an action for a service', () => {
  test('Promote is stored in status first, answered next, and the weight moves', async () => {
    const world = await waiting();
    const name = put(world, { action: 'Promote', expectedStep: 0, reason: 'error rate is fine' });
    const writes = await world.step();
    expect(writes.slice(0, 2)).toEqual([
      'status EcommerceStack.ecommercestack.dev/dev/shop',
      `status RolloutAction.ecommercestack.dev/dev/${name}`,
    ]);
    expect(answer(world, name)).toBe('Applied; Ready=True Applied; the canary is given 50 %');
    expect(stored(world, name).status?.appliedAt).toBe(world.now());
    await world.settle();
    expect(service(world)).toMatchObject({
      weight: 50,
      step: 1,
      lastAction: 'Promote by jane: error rate is fine',
    });
    expect(service(world, 'product')?.weight).toBe(10);
    expect(await world.step()).toEqual([]);
  });

  test('Abort, Retry, Pause, Resume, Undo: each takes effect and is answered once', async () => {
    const world = await waiting();
    expect(await ask(world, { action: 'Pause' })).toMatch(/^Applied/);
    expect(await ask(world, { action: 'Promote' })).toMatch(
      /^Rejected; Stalled=True Paused; .*resume it first/,
    );
    expect(await ask(world, { action: 'Resume' })).toMatch(/^Applied/);
    expect(await ask(world, { action: 'Abort' })).toMatch(/^Applied/);
    await world.settle();
    expect(service(world)).toMatchObject({ phase: 'Aborted' });
    expect(service(world)?.history?.[0]).toMatchObject({ result: 'Aborted', by: 'jane', why: 'a test' });
    expect(await ask(world, { action: 'Promote' })).toMatch(
      /^Rejected; Stalled=True Aborted; .*Retry it first/,
    );
    expect(await ask(world, { action: 'Retry' })).toMatch(/^Applied/);
    await world.settle();
    expect(service(world)).toMatchObject({ weight: 10, phase: 'Canary' });
    expect(await ask(world, { action: 'PromoteFully' })).toMatch(/^Applied/);
    await world.settle();
    expect(service(world)?.history?.[0]).toMatchObject({ result: 'Promoted', by: 'jane', why: 'a test' });
    expect(await ask(world, { action: 'Undo' })).toMatch(/^Applied; .*goes back to revision/);
    await world.settle();
    expect(service(world)?.pin?.revision).toBe(service(world)?.stableRevision);
  });

  test('Undo is for what was seen, although that rollout is over; an Abort of it does no harm', async () => {
    const world = await waiting();
    await ask(world, { action: 'PromoteFully' });
    await world.settle();
    world.wait(61);
    await world.settle();
    expect(service(world)).not.toHaveProperty('rollout');
    expect(await ask(world, { action: 'Abort' })).toMatch(/^Applied; .*nothing had to change/);
    expect(await ask(world, { action: 'Undo' })).toMatch(/^Applied; .*goes back to revision/);
    await world.settle();
    expect(world.child('VirtualService', 'user-service')['spec']).toMatchObject({
      http: [{ route: [{ destination: { subset: 'v1-0-0' } }] }],
    });
  });

  test('two at once: one of them moves the rollout, the other is stale', async () => {
    const world = await waiting();
    const names = ['a', 'b'].map((name) => put(world, { action: 'Promote', expectedStep: 0, name }));
    await world.step();
    expect(names.map((name) => answer(world, name))).toEqual([
      'Applied; Ready=True Applied; the canary is given 50 %',
      expect.stringMatching(/^Rejected; Stalled=True Stale; .*at step 1 is under way; look at the status/),
    ]);
  });

  test('an operator that dies between effect and answer gives the same answer and no second effect', async () => {
    const world = await waiting();
    const name = put(world, { action: 'Promote' });
    world.refuseAnswers(true);
    await expect(world.step()).rejects.toThrow('refused');
    const step = service(world)?.step;
    expect([step, stored(world, name).status]).toEqual([1, undefined]);
    world.refuseAnswers(false);
    await world.settle();
    expect(answer(world, name)).toBe('Applied; Ready=True Applied; the canary is given 50 %');
    expect(service(world)).toMatchObject({ step: 1, weight: 50 });
  });

  test.each<[string, Partial<Ask>, RegExp]>([
    [
      'a service that does not exist',
      { target: { type: 'Service', name: 'nobody' } },
      /NoSuchService; .*ask for one of/,
    ],
    ['a service that is off', { target: { type: 'Service', name: 'cart' } }, /NotRun; cart is Disabled/],
    [
      'a release that does not exist',
      { target: { type: 'Release', name: 'none' } },
      /NoSuchRelease; .*catalogue/,
    ],
    ['another rollout', { rolloutID: 'other-7' }, /Stale; .*-1 at step 0 is under way; look at the status/],
    ['another step', { expectedStep: 3 }, /Stale; .*at step 0 is under way; look at the status/],
    [
      'a revision nobody keeps',
      { action: 'Undo', revision: 'gone' },
      /NoRevision; .*set its version in the spec/,
    ],
    ['too late', { createdAt: '2026-02-03T03:00:00Z' }, /Expired; .*ask again/],
  ])('%s: refused, with what to do', async (_, wish, expected) => {
    const world = await waiting();
    expect(await ask(world, { action: 'Promote', ...wish })).toMatch(expected);
    expect(service(world)).toMatchObject({ step: 0, weight: 10 });
  });

  test('a stack that does not exist: refused once the caches had time to show it', async () => {
    const world = await waiting();
    const stackUID = '11111111-0000-4000-8000-000000000000';
    const name = put(world, { action: 'Promote', stackUID });
    await world.step('dev/');
    expect([stored(world, name).status, world.wakes()]).toEqual([undefined, 5_000]);
    world.wait(5);
    await world.step('dev/');
    expect(answer(world, name)).toMatch(/NoSuchStack; .*copy metadata.uid of the stack shop/);
  });

  test('a stack that is not acted on: refused with what is wrong with it', async () => {
    const world = await waiting();
    const older = { ...world.get('EcommerceStack.ecommercestack.dev/dev/shop') };
    world.put({
      ...(older as Parameters<typeof world.put>[0]),
      metadata: { name: 'elder', namespace: 'dev', uid: 'elder', creationTimestamp: '2020-01-01T00:00:00Z' },
    });
    expect(await ask(world, { action: 'Abort' })).toMatch(
      /^Rejected; Stalled=True NamespaceTaken; .*delete one/,
    );
  });
});

describe('who guards the guard', () => {
  test('where false names are taken, Abort alone takes effect and the condition says so', async () => {
    const world = await waiting();
    world.setGuarded(false);
    expect(await ask(world, { action: 'Promote' })).toMatch(/^Rejected; Stalled=True Unguarded; .*install/);
    expect(world.condition('ActionsGuarded')).toBe('False Unguarded');
    expect(await ask(world, { action: 'Abort' })).toMatch(/^Applied/);
    await world.settle();
    expect(service(world)?.phase).toBe('Aborted');
  });

  test('one look lasts ten minutes; nothing asks while nobody does', async () => {
    const world = await waiting();
    expect(world.tries).toEqual([]);
    await ask(world, { action: 'Pause' });
    await ask(world, { action: 'Resume' });
    expect(world.tries).toHaveLength(1);
    expect(world.condition('ActionsGuarded')).toBe('True Guarded');
    world.wait(601);
    await ask(world, { action: 'Pause' });
    expect(world.tries).toHaveLength(2);
  });

  test('while it cannot be found out, actions wait; an Abort does not', async () => {
    const world = await waiting();
    world.breakTries(true);
    const promote = put(world, { action: 'Promote' });
    await world.step();
    expect([stored(world, promote).status, world.wakes()]).toEqual([undefined, 10_000]);
    expect(await ask(world, { action: 'Abort', target: { type: 'Service', name: 'product' } })).toMatch(
      /^Applied/,
    );
    world.breakTries(false);
    await world.step();
    expect(answer(world, promote)).toMatch(/^Applied/);
  });
});

describe('an action for a release', () => {
  const target = { type: 'Release', name: 'catalogue' } as const;

  test('is for every service of it that is under way, by the rollout of one of them', async () => {
    const world = await waiting();
    expect(await ask(world, { action: 'Promote', target })).toBe(
      'Applied; Ready=True Applied; the canary is given 50 %',
    );
    await world.settle();
    expect(['user', 'product'].map((name) => service(world, name)?.weight)).toEqual([50, 50]);
  });

  test('takes effect in all or in none', async () => {
    const world = await waiting();
    await ask(world, { action: 'Pause', target: { type: 'Service', name: 'product' } });
    expect(await ask(world, { action: 'Promote', target })).toMatch(
      /^Rejected; Stalled=True Paused; product: .*resume it first; no service was changed/,
    );
    await world.settle();
    expect(['user', 'product'].map((name) => service(world, name)?.weight)).toEqual([10, 10]);
  });

  test('Abort and Retry bring all back, although a retry is a rollout of another name', async () => {
    const world = await waiting();
    expect(await ask(world, { action: 'Abort', target })).toMatch(/^Applied/);
    await world.settle();
    expect(['user', 'product'].map((name) => service(world, name)?.phase)).toEqual(['Aborted', 'Aborted']);
    put(world, { action: 'Retry', target, name: 'again' });
    world.refuseAnswers(true);
    await expect(world.step()).rejects.toThrow('refused');
    world.refuseAnswers(false);
    await world.settle();
    expect(answer(world, 'again')).toMatch(/^Applied; .*user: tried again as .*-2; product: tried again as/);
    expect(['user', 'product'].map((name) => service(world, name)?.rolloutID?.slice(-2))).toEqual([
      '-2',
      '-2',
    ]);
  });
});

test('the newest twenty answered actions of a target stay', async () => {
  const world = await waiting();
  for (let index = 0; index < 23; index++) {
    await ask(world, {
      action: index % 2 === 0 ? 'Pause' : 'Resume',
      name: `n${String(index).padStart(2, '0')}`,
    });
    world.wait(1);
  }
  await ask(world, { action: 'Pause', target: { type: 'Service', name: 'product' }, name: 'other' });
  await world.settle();
  const left = world.all().filter(({ kind }) => kind === 'RolloutAction');
  expect(left.map(({ metadata }) => metadata.name).toSorted()).toEqual([
    ...Array.from({ length: 20 }, (_, index) => `n${String(index + 3).padStart(2, '0')}`),
    'other',
  ]);
});
