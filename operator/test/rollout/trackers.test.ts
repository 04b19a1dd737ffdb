import { describe, expect, test } from 'vitest';
import type { RolloutWish } from '../../src/rollout/seen.ts';
import {
  ask,
  decide,
  type RolloutWorld,
  rolloutWorld,
  routeWeights,
  runPods,
  settle,
  syncProxies,
  takeTurn,
  wait,
} from '../../src/testing/rollout-world.ts';

function at(weight: number, wish: Partial<RolloutWish> = {}): RolloutWorld {
  const world = rolloutWorld({ steps: [{ weight }, { weight: 90 }], ...wish });
  world.wish = { ...world.wish, revision: 'r2' };
  world.records.add('r2');
  return world;
}

function held(weight: number, wish: Partial<RolloutWish> = {}): RolloutWorld {
  const world = at(weight, wish);
  settle(world);
  return world;
}

const state = (world: RolloutWorld) => world.status.rollout?.state ?? 'Stable';
const pods = (world: RolloutWorld, revision: string) =>
  [...world.deployments.values()].find((one) => one.revision === revision);

/** Bugs that other rollout tools have or had, by tracker; see docs/adr/0019. */
describe('bugs of other tools', () => {
  test('argo-rollouts#4612: a canary with pods for 5 % never gets 70 %', () => {
    const world = held(5);
    expect(pods(world, 'r2')?.ready).toBe(1);
    ask(world, 'SetWeight', { weight: 70 });
    takeTurn(world);
    takeTurn(world);
    expect(world.told['r2']).toBe(5);
    expect(pods(world, 'r2')?.wanted).toBe(4);
    settle(world);
    expect(world.told['r2']).toBe(70);
  });

  test('argo-rollouts#4852, #3941: going back sends nothing to pods that are still starting', () => {
    const world = held(10);
    ask(world, 'PromoteFully');
    settle(world);
    wait(world, 60);
    settle(world);
    expect(pods(world, 'r1')).toBeUndefined();
    ask(world, 'Undo');
    for (let turn = 0; turn < 5; turn++) {
      takeTurn(world);
      syncProxies(world);
      expect(world.told['r1'] ?? 0).toBe(0);
    }
    settle(world);
    expect(world.status.stableRevision).toBe('r1');
  });

  test('argo-rollouts#4841: an abort leaves no weight, whatever the state', () => {
    for (const before of [0, 1, 2, 3, 4, 5, 6]) {
      const world = at(10);
      for (let turn = 0; turn < before; turn++) {
        takeTurn(world);
        runPods(world);
        syncProxies(world);
      }
      ask(world, 'Abort');
      takeTurn(world);
      expect(world.told['r2'] ?? 0).toBe(0);
    }
  });

  test('argo-rollouts#4128: pods that never come up end in an abort by the deadline', () => {
    const world = at(10);
    settle(world, { r2: 0 });
    expect(state(world)).toBe('Scaling');
    expect(decide(world).turn?.wakeAt).toBeGreaterThan(world.now);
    wait(world, 601);
    settle(world, { r2: 0 });
    expect(state(world)).toBe('Aborted');
    expect(world.status.history?.[0]).toMatchObject({ revision: 'r2', result: 'Aborted' });
  });

  test('argo-rollouts#1838: after an abort no route and no subset selects canary pods', () => {
    const world = held(10);
    ask(world, 'Abort');
    settle(world);
    expect(world.subsets).toEqual(['r1']);
    expect(decide(world).canary).toBeUndefined();
  });

  test('argo-rollouts#4319: one failed revision blocks none that comes later', () => {
    const world = at(10);
    settle(world, { r2: 0 });
    wait(world, 601);
    settle(world, { r2: 0 });
    world.wish = { ...world.wish, revision: 'r3' };
    world.records.add('r3');
    settle(world);
    expect(world.told).toEqual({ r1: 90, r3: 10 });
  });

  test('argo-rollouts#1292: an abort with nothing under way changes nothing', () => {
    const world = rolloutWorld();
    const before = JSON.stringify([...world.deployments]);
    const uid = ask(world, 'Abort');
    settle(world);
    expect(world.answers.get(uid)).toBe('Applied Applied');
    expect(JSON.stringify([...world.deployments])).toBe(before);
  });

  test('argo-rollouts#4461: an abort after a promotion is answered, and says what helps', () => {
    const world = held(10);
    ask(world, 'PromoteFully');
    settle(world);
    const uid = ask(world, 'Abort');
    settle(world);
    expect(world.answers.get(uid)).toBe('Rejected Promoted');
  });

  test('argo-rollouts#3756: an abort of a paused rollout is done at once and once', () => {
    const world = held(10);
    ask(world, 'Pause');
    settle(world);
    ask(world, 'Abort');
    takeTurn(world);
    expect(world.told).toEqual({ r1: 100 });
    settle(world);
    expect(state(world)).toBe('Aborted');
    expect(world.status.history?.filter(({ result }) => result === 'Aborted')).toHaveLength(1);
  });

  test('argo-rollouts#3120: a retry begins at the first step, not where the abort was', () => {
    const world = held(10);
    ask(world, 'Promote');
    settle(world);
    expect(world.told['r2']).toBe(90);
    ask(world, 'Abort');
    settle(world);
    ask(world, 'Retry');
    settle(world);
    expect(world.told['r2']).toBe(10);
  });

  test('argo-rollouts#4347, #4926: nothing is scaled down before the proxies have the weight', () => {
    const world = held(10);
    ask(world, 'PromoteFully');
    for (let turn = 0; turn < 10; turn++) {
      takeTurn(world);
      runPods(world);
    }
    expect(world.status.stableRevision).toBe('r1');
    expect(pods(world, 'r1')?.ready).toBe(4);
    settle(world);
    expect(world.status.stableRevision).toBe('r2');
  });

  test('argo-rollouts#1905, #1411, #1466: no data and NaN hold; a failure is not forgiven by what follows', () => {
    const metrics = [{ name: 'good', min: 0.9, onFailure: 'Abort' as const }];
    const world = held(10, { steps: [{ weight: 10, holdSeconds: 60 }], metrics, failureLimit: 1 });
    const measure = (values: Record<string, number>) => {
      const good = values['good'];
      const measurement = { name: 'good', at: world.now, ...(good !== undefined && { value: good }) };
      world.round = { rolloutID: world.status.rolloutID ?? '', measurements: [measurement] };
      settle(world);
    };
    wait(world, 120);
    settle(world);
    measure({});
    measure({ good: Number.NaN });
    expect(world.told['r2']).toBe(10);
    expect(decide(world).turn?.standing.code).toBe('NoData');
    wait(world, 1);
    measure({ good: 0.5 });
    expect(world.status.rollout?.failures).toBe(1);
    world.wish = { ...world.wish, paused: true };
    wait(world, 1);
    measure({ good: 1 });
    wait(world, 1);
    measure({ good: 0.5 });
    expect(world.status.history?.[0]).toMatchObject({ revision: 'r2', result: 'Aborted' });
  });

  test('flagger#1898, #639: a sick stable revision is left, and its healthy canary is never scaled to 0', () => {
    const world = held(10);
    runPods(world, { r1: 0 });
    takeTurn(world);
    expect(world.told).toEqual({ r2: 100 });
    ask(world, 'Abort');
    settle(world, { r1: 0 });
    expect(pods(world, 'r2')?.ready).toBeGreaterThan(0);
    world.wish = { ...world.wish, revision: 'r3' };
    world.records.add('r3');
    settle(world, { r1: 0 });
    ask(world, 'PromoteFully');
    settle(world, { r1: 0 });
    expect(world.status.stableRevision).toBe('r3');
  });

  test('flagger#1202: the old revision is there until the new one is ready and has the traffic', () => {
    const world = held(10);
    ask(world, 'PromoteFully');
    takeTurn(world);
    takeTurn(world);
    expect(world.status.stableRevision).toBe('r1');
    settle(world);
    runPods(world, { r2: 0 });
    wait(world, 100);
    settle(world, { r2: 0 });
    expect(pods(world, 'r1')?.ready).toBe(4);
    expect(world.told).toEqual({ r1: 100 });
  });

  test('flagger#30: a revision that comes during the analysis starts from nothing', () => {
    const world = held(10);
    ask(world, 'Promote');
    settle(world);
    world.wish = { ...world.wish, revision: 'r3' };
    world.records.add('r3');
    takeTurn(world);
    expect(world.told).toEqual({ r1: 100 });
    settle(world);
    expect(world.told).toEqual({ r1: 90, r3: 10 });
    expect(world.status.history?.[0]).toMatchObject({ revision: 'r2', result: 'Superseded' });
  });

  test('flagger#930: weights are explicit and sum to 100', () => {
    const world = held(0);
    expect(routeWeights(decide(world))).toEqual({ r1: 100 });
    expect(pods(world, 'r2')?.ready).toBe(1);
  });

  test('flagger gate.go: an approval survives a restart of the operator and is used once', () => {
    const world = held(10);
    const uid = ask(world, 'Promote', { expectedStep: 0 });
    takeTurn(world, { after: 1 });
    expect(world.answers.has(uid)).toBe(false);
    settle(world);
    expect(world.answers.get(uid)).toBe('Applied Applied');
    expect(world.status.step).toBe(1);
    expect(world.told['r2']).toBe(90);
  });

  test('a canary of 24 hours waits through all of them', () => {
    const world = held(10, { steps: [{ weight: 10, holdSeconds: 86_400 }] });
    for (let hour = 0; hour < 23; hour++) {
      wait(world, 3600);
      settle(world);
      expect(world.told['r2']).toBe(10);
    }
    wait(world, 3600);
    settle(world);
    expect(world.status.stableRevision).toBe('r2');
  });

  test('two actions at once: an Abort refuses what is older, whatever it asks', () => {
    const world = held(10);
    const promote = ask(world, 'Promote');
    const abort = ask(world, 'Abort');
    settle(world);
    expect([world.answers.get(promote), world.answers.get(abort)]).toEqual([
      'Rejected Aborted',
      'Applied Applied',
    ]);
  });

  test('actions that nobody guards are refused, an Abort is not', () => {
    const world = held(10, { guarded: false });
    const promote = ask(world, 'Promote');
    settle(world);
    const abort = ask(world, 'Abort');
    settle(world);
    expect([world.answers.get(promote), world.answers.get(abort)]).toEqual([
      'Rejected Unguarded',
      'Applied Applied',
    ]);
  });

  test('a freeze holds a canary and lets Abort, Undo and an override pass', () => {
    const world = held(10, { steps: [{ weight: 10, holdSeconds: 60 }] });
    world.wish = { ...world.wish, freeze: { until: world.now + 7_200_000 } };
    wait(world, 3600);
    settle(world);
    expect(world.told['r2']).toBe(10);
    const plain = ask(world, 'Promote');
    settle(world);
    expect(world.answers.get(plain)).toBe('Rejected Frozen');
    ask(world, 'Promote', { overrideFreeze: true });
    settle(world);
    expect(world.status.stableRevision).toBe('r2');
    ask(world, 'Undo');
    settle(world);
    expect(world.status.stableRevision).toBe('r1');
  });
});
