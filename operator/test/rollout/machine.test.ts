import { describe, expect, test } from 'vitest';
import type { RolloutWish } from '../../src/rollout/seen.ts';
import {
  ask,
  decide,
  type RolloutWorld,
  rolloutWorld,
  runPods,
  settle,
  syncProxies,
  takeTurn,
  wait,
} from '../../src/testing/rollout-world.ts';

function canary(wish: Partial<RolloutWish> = {}): RolloutWorld {
  const world = rolloutWorld(wish);
  want(world, { revision: 'r2' });
  return world;
}

function want(world: RolloutWorld, wish: Partial<RolloutWish>): void {
  world.wish = { ...world.wish, ...wish };
  world.records.add(world.wish.revision);
}

const state = (world: RolloutWorld) => world.status.rollout?.state ?? 'Stable';
const reached = (wish: Partial<RolloutWish> = {}): RolloutWorld => {
  const world = canary(wish);
  settle(world);
  return world;
};
const deploymentOf = (world: RolloutWorld, revision: string) =>
  [...world.deployments].find(([, one]) => one.revision === revision);

describe('the way up', () => {
  test('the first revision is stable at once, without an attempt', () => {
    const world = rolloutWorld();
    expect(world.status).toMatchObject({ stableRevision: 'r1' });
    expect(world.status.rollout).toBeUndefined();
    expect(world.told).toEqual({});
  });

  test('route, pods, weight, confirmation, in this order', () => {
    const world = canary();
    const seen: string[] = [];
    for (let turn = 0; turn < 10 && state(world) !== 'Holding'; turn++) {
      takeTurn(world);
      seen.push(`${state(world)} ${JSON.stringify(world.told)} ${world.deployments.size}`);
      if (turn !== 2) runPods(world);
      syncProxies(world);
    }
    expect([...new Set(seen)]).toEqual([
      'Pinning {"r1":100} 1',
      'Scaling {"r1":100} 2',
      'Shifting {"r1":90,"r2":10} 2',
      'Holding {"r1":90,"r2":10} 2',
    ]);
  });

  test('holds by the clock, waits for approval, promotes, keeps, and restarts nothing', () => {
    const world = reached();
    expect(world.told).toEqual({ r1: 90, r2: 10 });
    wait(world, 299);
    settle(world);
    expect(world.status.step).toBe(0);
    wait(world, 1);
    settle(world);
    expect(world.told).toEqual({ r1: 50, r2: 50 });
    wait(world, 100_000);
    settle(world);
    expect(world.status.step).toBe(1);
    const uid = ask(world, 'Promote', { expectedStep: 1 });
    const before = deploymentOf(world, 'r2')?.[0];
    settle(world);
    expect(world.answers.get(uid)).toBe('Applied Applied');
    expect(world.status).toMatchObject({
      stableRevision: 'r2',
      rollout: { state: 'Keeping', revision: 'r1' },
    });
    expect(world.told).toEqual({ r2: 100 });
    expect(deploymentOf(world, 'r1')?.[1].ready).toBe(4);
    wait(world, 60);
    settle(world);
    expect(state(world)).toBe('Stable');
    expect(world.told).toEqual({});
    expect([...world.deployments.keys()]).toEqual([before]);
  });

  test('canary.weight holds and never promotes, not even at 100; letting it go takes a person where no step is larger', () => {
    const world = reached({ weight: 100 });
    wait(world, 1_000_000);
    settle(world);
    expect(world.told).toEqual({ r2: 100 });
    expect(world.status.stableRevision).toBe('r1');
    const refused = ask(world, 'Promote');
    settle(world);
    expect(world.answers.get(refused)).toBe('Rejected Held');
    const { weight: _held, ...wish } = world.wish;
    world.wish = wish;
    settle(world);
    expect(world.status.stableRevision).toBe('r1');
    ask(world, 'Promote');
    settle(world);
    expect(world.status.stableRevision).toBe('r2');
  });

  test('edited steps keep the weight and go on at the first larger one', () => {
    const world = reached();
    want(world, { steps: [{ weight: 5 }, { weight: 30 }, { weight: 60 }] });
    settle(world);
    expect(world.status).toMatchObject({ step: 1, desiredWeight: 30 });
  });

  test('a pause stops the clock and lets a weight fall only', () => {
    const world = reached();
    wait(world, 200);
    ask(world, 'Pause');
    settle(world);
    wait(world, 10_000);
    settle(world);
    expect(world.status).toMatchObject({ step: 0, rollout: { paused: true, spent: 200 } });
    const up = ask(world, 'SetWeight', { weight: 40 });
    settle(world);
    expect(world.answers.get(up)).toBe('Rejected Paused');
    ask(world, 'SetWeight', { weight: 5 });
    settle(world);
    expect(world.told).toEqual({ r1: 95, r2: 5 });
    ask(world, 'Resume');
    settle(world);
    expect(world.told).toEqual({ r1: 95, r2: 5 });
  });

  test('pods that go take the weight with them at once; the hold begins anew', () => {
    const world = reached();
    runPods(world, { r2: 0 });
    takeTurn(world);
    expect(world.told).toEqual({ r1: 100 });
    settle(world);
    expect(world.told).toEqual({ r1: 90, r2: 10 });
  });

  test('a stable revision without ready pods is left for a canary that has traffic', () => {
    const world = reached();
    runPods(world, { r1: 0 });
    takeTurn(world);
    expect(world.told).toEqual({ r2: 100 });
    ask(world, 'PromoteFully');
    settle(world, { r1: 0 });
    expect(world.status.stableRevision).toBe('r2');
  });
});

describe('the way down', () => {
  test('an abort is weight 0 at once, then pods, then the route, and latches over canary.weight and strategy', () => {
    const world = reached();
    ask(world, 'Abort');
    takeTurn(world);
    expect(world.told).toEqual({ r1: 100 });
    expect(deploymentOf(world, 'r2')?.[1].wanted).toBe(1);
    takeTurn(world);
    expect(deploymentOf(world, 'r2')?.[1].wanted).toBe(1);
    settle(world);
    expect(state(world)).toBe('Aborted');
    expect(world.told).toEqual({});
    expect(world.deployments.size).toBe(1);
    want(world, { weight: 30 });
    settle(world);
    expect(state(world)).toBe('Aborted');
    const { weight: _gone, ...rest } = world.wish;
    world.wish = { ...rest, strategy: 'Rolling' };
    settle(world);
    expect(world.status.stableRevision).toBe('r1');
  });

  test('retry begins at step 0 as another rollout; a new revision ends the latch', () => {
    const world = reached();
    ask(world, 'Abort');
    settle(world);
    const stale = ask(world, 'Retry', { rolloutID: 'r2-7' });
    const good = ask(world, 'Retry');
    settle(world);
    expect([world.answers.get(stale), world.answers.get(good)]).toEqual([
      'Rejected Stale',
      'Applied Applied',
    ]);
    expect(world.status).toMatchObject({ rolloutID: 'r2-2', step: 0 });
    ask(world, 'Abort');
    settle(world);
    want(world, { revision: 'r3' });
    settle(world);
    expect(world.status).toMatchObject({ rolloutID: 'r3-3', canaryRevision: 'r3' });
  });

  test('reverting the spec withdraws the canary, paused or not', () => {
    const world = reached();
    want(world, { paused: true, revision: 'r1' });
    settle(world);
    expect(state(world)).toBe('Stable');
    expect(world.deployments.size).toBe(1);
  });

  test('undo goes back through a kept revision without waiting for pods, and another spec ends the pin', () => {
    const world = reached();
    ask(world, 'PromoteFully');
    settle(world);
    expect(world.status.stableRevision).toBe('r2');
    ask(world, 'Undo');
    takeTurn(world);
    takeTurn(world);
    takeTurn(world);
    expect(world.told).toEqual({ r1: 100 });
    settle(world);
    expect(world.status).toMatchObject({ stableRevision: 'r1', pin: { revision: 'r1', over: 'r2' } });
    want(world, { revision: 'r3' });
    settle(world);
    expect(world.status.pin).toBeUndefined();
    expect(world.status.canaryRevision).toBe('r3');
  });

  test('a former revision that helps out is kept until the proxies send it nothing', () => {
    const world = reached();
    ask(world, 'PromoteFully');
    settle(world);
    runPods(world, { r2: 0 });
    wait(world, 90);
    takeTurn(world);
    syncProxies(world);
    expect(world.proxies).toEqual({ r1: 100 });
    runPods(world);
    takeTurn(world);
    expect(state(world)).toBe('Keeping');
    expect(deploymentOf(world, 'r1')?.[1].wanted).toBe(4);
    settle(world);
    expect(state(world)).toBe('Stable');
  });

  test('with the status lost nothing jumps: stable stays, weight 0, a new attempt', () => {
    const world = reached();
    world.status = { name: 'user' };
    const decision = decide(world);
    expect(decision.route).toBe('Stable');
    expect(decision.stable.revision).toBe('r1');
    settle(world);
    expect(world.status).toMatchObject({ stableRevision: 'r1', desiredWeight: 10, step: 0 });
  });

  test('proxies that cannot be read stop promotion and scale-down, not an abort', () => {
    const world = reached();
    world.meshReadable = false;
    ask(world, 'PromoteFully');
    settle(world);
    expect(world.status.stableRevision).toBe('r1');
    ask(world, 'Abort');
    settle(world);
    expect(world.told).toEqual({ r1: 100 });
    expect(state(world)).toBe('Reverting');
    expect(deploymentOf(world, 'r2')?.[1].ready).toBeGreaterThan(0);
  });
});
