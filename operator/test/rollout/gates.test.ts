import { describe, expect, test } from 'vitest';
import type { MetricBounds } from '../../src/rollout/analysis.ts';
import {
  ask,
  decide,
  type RolloutWorld,
  rolloutWorld,
  settle,
  takeTurn,
  wait,
} from '../../src/testing/rollout-world.ts';

const errors: MetricBounds = { name: 'errors', max: 0.01, onFailure: 'Abort' };
const gate: MetricBounds = { name: 'double-charges', max: 0, onFailure: 'Hold' };

/** A canary at 10 % with these metrics and holds. */
function held(metrics: readonly MetricBounds[], steps: RolloutWorld['wish']['steps']): RolloutWorld {
  const world = rolloutWorld({ metrics, steps });
  world.wish = { ...world.wish, revision: 'r2' };
  world.records.add('r2');
  settle(world);
  expect(world.status.rollout?.state).toBe('Holding');
  return world;
}

function measure(world: RolloutWorld, values: Readonly<Record<string, number | undefined>>, nextAt?: number) {
  world.round = {
    rolloutID: world.status.rolloutID ?? '',
    measurements: Object.entries(values).map(([name, value]) => ({
      ...{ name, at: world.now },
      ...(value === undefined ? { problem: 'the server is gone; start it' } : { value }),
    })),
    ...(nextAt !== undefined && { nextAt }),
  };
}

const approval = [{ weight: 10 }, { weight: 50 }];
const timed = [{ weight: 10, holdSeconds: 60 }];

describe('what is measured decides', () => {
  test('a bad value aborts by itself, and the reason says which', () => {
    const world = held([errors], timed);
    measure(world, { errors: 0.4 });
    settle(world);
    expect(world.told['r2'] ?? 0).toBe(0);
    expect(world.status.rollout).toMatchObject({ state: 'Aborted', failures: 1 });
    expect(world.status.rollout?.why).toContain('metric errors is 0.4, good is ≤ 0.01');
    expect(world.status.analysis).toMatchObject([
      { name: 'errors', verdict: 'Fail', value: '0.4', failures: 1 },
    ]);
  });

  test('a bad value of a gate aborts nothing and keeps the step, until it is good again', () => {
    const world = held([gate], timed);
    wait(world, 61);
    measure(world, { 'double-charges': 2 });
    settle(world);
    expect(world.told['r2']).toBe(10);
    expect(world.status.rollout?.failures).toBe(0);
    expect(decide(world).turn?.standing).toMatchObject({ code: 'Blocked' });
    wait(world, 10);
    measure(world, { 'double-charges': 0 });
    settle(world);
    expect(world.status.stableRevision).toBe('r2');
  });

  test('nobody promotes over a bad value, but with the right to skip the analysis', () => {
    const world = held([gate], approval);
    measure(world, { 'double-charges': 1 });
    settle(world);
    const refused = ask(world, 'Promote');
    settle(world);
    expect(world.answers.get(refused)).toBe('Rejected AnalysisBlocks');
    expect(world.told['r2']).toBe(10);
    const full = ask(world, 'PromoteFully');
    settle(world);
    expect(world.answers.get(full)).toBe('Applied Applied');
    expect(world.status.stableRevision).toBe('r2');
  });

  test('a person may promote where nothing is shown, and is told so', () => {
    const world = held([gate], approval);
    measure(world, { 'double-charges': undefined });
    takeTurn(world);
    const { standing } = decide(world).turn ?? {};
    expect(standing?.code).toBe('AwaitingApproval');
    expect(standing?.message).toContain('metric double-charges has no data (the server is gone; start it)');
    ask(world, 'Promote');
    settle(world);
    expect(world.told['r2']).toBe(50);
  });

  test('a server that is gone is told while the hold still runs', () => {
    const world = held([errors], timed);
    expect(decide(world).turn?.standing.code).toBe('Holding');
    measure(world, { errors: undefined });
    takeTurn(world);
    expect(decide(world).turn?.standing).toMatchObject({ code: 'NoData' });
    expect(decide(world).turn?.standing.message).toContain('the server is gone; start it');
  });

  test('each metric has to pass in each step: what was measured before it does not end it', () => {
    const world = held(
      [errors, gate],
      [
        { weight: 10, holdSeconds: 60 },
        { weight: 50, holdSeconds: 60 },
      ],
    );
    wait(world, 61);
    measure(world, { errors: 0 });
    settle(world);
    expect(world.told['r2']).toBe(10);
    measure(world, { 'double-charges': 0 });
    settle(world);
    expect(world.told['r2']).toBe(50);
    wait(world, 61);
    settle(world);
    measure(world, { errors: 0 });
    settle(world);
    expect(world.told['r2']).toBe(50);
  });

  test('the next look is an end of waiting, as long as the canary is tried', () => {
    const world = held([errors], approval);
    expect(decide(world).turn?.wakeAt).toBeUndefined();
    measure(world, {}, world.now + 30_000);
    expect(decide(world).turn?.wakeAt).toBe(world.now + 30_000);
    ask(world, 'Abort');
    settle(world);
    expect(decide(world).turn?.wakeAt).toBeUndefined();
  });
});
