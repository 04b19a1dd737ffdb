import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance } from '../../src/rollout/advance.ts';
import type { DeploymentSeen, RolloutMemory, RolloutWish } from '../../src/rollout/decision.ts';

const wish = (changes: Partial<RolloutWish> = {}): RolloutWish => ({
  service: 'user',
  object: 'user-service',
  revision: 'new',
  strategy: 'Canary',
  replicas: 4,
  weight: 20,
  paused: false,
  ...changes,
});
const stable: DeploymentSeen = {
  revision: 'old',
  deployment: 'user-service',
  role: 'stable',
  ready: 4,
  settled: true,
};
const canaryOf = (ready: number): DeploymentSeen => ({
  revision: 'new',
  deployment: 'user-service-new',
  role: 'canary',
  ready,
  settled: ready > 0,
});
const remembered: RolloutMemory = { stableRevision: 'old', proven: ['old'] };
const midway: RolloutMemory = { ...remembered, canaryRevision: 'new', desiredWeight: 20 };

describe('what is stable and what is a canary', () => {
  test('the first revision is stable at once, whatever the strategy', () => {
    expect(advance(wish(), { proven: [] }, [])).toEqual({
      service: 'user',
      revision: 'new',
      stable: { revision: 'new', deployment: 'user-service' },
      retiring: [],
      route: 'Host',
      desiredWeight: 0,
    });
  });

  test('Rolling promotes at once, in the Deployment that lives', () => {
    const decision = advance(wish({ strategy: 'Rolling' }), remembered, [stable]);
    expect(decision.stable).toEqual({ revision: 'new', deployment: 'user-service' });
    expect(decision).toMatchObject({ route: 'Host', retiring: [] });
    expect(decision.canary).toBeUndefined();
  });

  test('Canary keeps the stable revision and starts the new one beside it with no traffic', () => {
    const decision = advance(wish(), remembered, [stable]);
    expect(decision.stable).toEqual({ revision: 'old', deployment: 'user-service' });
    expect(decision.canary).toEqual({
      revision: 'new',
      deployment: 'user-service-new',
      replicas: 1,
      weight: 0,
    });
    expect(decision).toMatchObject({ route: 'Stable', desiredWeight: 20 });
  });

  test('a ready canary gets the weight asked for', () => {
    const decision = advance(wish(), midway, [stable, canaryOf(1)]);
    expect(decision.canary?.weight).toBe(20);
    expect(decision.route).toBe('Split');
  });

  test('weight 100 takes all traffic and promotes nothing', () => {
    const decision = advance(wish({ weight: 100 }), midway, [stable, canaryOf(4)]);
    expect(decision.stable.revision).toBe('old');
    expect(decision.canary?.weight).toBe(100);
    expect(decision.route).toBe('Canary');
  });

  test('a wish equal to the stable revision withdraws the canary and pins the route until its pods are gone', () => {
    const back = wish({ revision: 'old' });
    const going = advance(back, midway, [stable, canaryOf(1)]);
    expect(going.canary).toBeUndefined();
    expect(going).toMatchObject({
      route: 'Stable',
      retiring: [{ revision: 'new', deployment: 'user-service-new' }],
    });
    expect(advance(back, midway, [stable])).toMatchObject({ route: 'Host', retiring: [] });
  });

  test('a third revision replaces the canary and starts at weight 0', () => {
    const decision = advance(wish({ revision: 'third' }), midway, [stable, canaryOf(1)]);
    expect(decision.canary).toMatchObject({ revision: 'third', weight: 0 });
    expect(decision.retiring).toEqual([{ revision: 'new', deployment: 'user-service-new' }]);
    expect(decision.route).toBe('Stable');
  });

  test('a stable revision that never ran whole is replaced: there is nothing to compare with', () => {
    const decision = advance(wish(), { stableRevision: 'old', proven: [] }, [
      { ...stable, ready: 0, settled: false },
    ]);
    expect(decision.stable.revision).toBe('new');
    expect(decision.canary).toBeUndefined();
  });

  test('with an empty status the Deployment labelled stable is stable and the canary does not jump', () => {
    const decision = advance(wish({ weight: 20 }), { proven: [] }, [canaryOf(0), stable]);
    expect(decision.stable).toEqual({ revision: 'old', deployment: 'user-service' });
    expect(decision.canary?.weight).toBe(0);
  });

  test('a stable Deployment that carries the name of the new revision lends the plain name to the canary', () => {
    const odd = { ...stable, deployment: 'user-service-new' };
    expect(advance(wish(), remembered, [odd]).canary?.deployment).toBe('user-service');
  });

  test('a pause keeps the weight and lets a smaller one pass', () => {
    const paused = (weight: number) =>
      advance(wish({ paused: true, weight }), midway, [stable, canaryOf(4)]).canary?.weight;
    expect([paused(80), paused(20), paused(0)]).toEqual([20, 20, 0]);
  });

  test('a stable revision without a ready pod is left for a canary that has earned traffic', () => {
    const sick = { ...stable, ready: 0, settled: false };
    expect(advance(wish(), midway, [sick, canaryOf(1)]).route).toBe('Canary');
    expect(advance(wish({ weight: 0 }), midway, [sick, canaryOf(1)]).route).toBe('Stable');
  });
});

describe('properties', () => {
  const revision = fc.constantFrom('old', 'new', 'third');
  const anyWish = fc.record({
    service: fc.constant('user'),
    object: fc.constant('user-service'),
    revision,
    strategy: fc.constantFrom('Rolling' as const, 'Canary' as const),
    replicas: fc.integer({ min: 1, max: 20 }),
    weight: fc.integer({ min: 0, max: 100 }),
    paused: fc.boolean(),
  });
  const anyMemory = fc.record(
    {
      stableRevision: revision,
      canaryRevision: revision,
      desiredWeight: fc.integer({ min: 0, max: 100 }),
      proven: fc.subarray(['old', 'new', 'third']),
    },
    { requiredKeys: ['proven'] },
  );
  const anySeen = fc
    .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), revision, revision)
    .map(([stableReady, canaryReady, first, second]): DeploymentSeen[] => [
      {
        revision: first,
        deployment: 'user-service',
        role: 'stable',
        ready: stableReady,
        settled: stableReady > 0,
      },
      {
        revision: second,
        deployment: `user-service-${second}`,
        role: 'canary',
        ready: canaryReady,
        settled: canaryReady > 0,
      },
    ]);

  test('traffic share never exceeds the share of ready capacity, and never what was asked', () => {
    fc.assert(
      fc.property(anyWish, anyMemory, anySeen, (asked, memory, seen) => {
        const { canary, stable: kept } = advance(asked, memory, seen);
        if (canary === undefined) return;
        const ready =
          seen.find((d) => d.deployment === canary.deployment && d.revision === canary.revision)?.ready ?? 0;
        const stableReady = seen.find((d) => d.deployment === kept.deployment)?.ready ?? 0;
        const whole = ready >= asked.replicas || stableReady === 0;
        expect(canary.weight).toBeLessThanOrEqual(asked.weight);
        if (ready === 0) expect(canary.weight).toBe(0);
        else if (!whole) expect(canary.weight / 100).toBeLessThanOrEqual(ready / (ready + stableReady));
      }),
    );
  });

  test('a route names the canary only where it has a weight and ready pods', () => {
    fc.assert(
      fc.property(anyWish, anyMemory, anySeen, (asked, memory, seen) => {
        const { canary, route } = advance(asked, memory, seen);
        if (route === 'Split' || route === 'Canary') expect(canary?.weight).toBeGreaterThan(0);
        if (route === 'Split') expect(canary?.weight).toBeLessThan(100);
      }),
    );
  });

  test('the pods that the canary is given carry the weight asked for, beside a whole stable revision', () => {
    fc.assert(
      fc.property(anyWish, (asked) => {
        const first = advance(asked, remembered, [{ ...stable, ready: asked.replicas }]);
        if (first.canary === undefined) return;
        const ready = { ...canaryOf(first.canary.replicas), ...pick(first.canary) };
        const next = advance(
          asked,
          { ...remembered, canaryRevision: asked.revision, desiredWeight: first.desiredWeight },
          [{ ...stable, ready: asked.replicas }, ready],
        );
        expect(next.canary?.weight).toBe(first.desiredWeight);
      }),
    );
  });

  test('the stable Deployment is never retired and the same inputs give the same decision', () => {
    fc.assert(
      fc.property(anyWish, anyMemory, anySeen, (asked, memory, seen) => {
        const decision = advance(asked, memory, seen);
        expect(decision.retiring.map((d) => d.deployment)).not.toContain(decision.stable.deployment);
        expect(advance(asked, memory, seen)).toEqual(decision);
      }),
    );
  });
});

function pick(place: { revision: string; deployment: string }): { revision: string; deployment: string } {
  return { revision: place.revision, deployment: place.deployment };
}
