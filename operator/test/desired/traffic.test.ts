import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trafficOf } from '../../src/desired/routes.ts';
import { aStack, objectsOf, pick } from '../../src/testing/a-stack.ts';

const stable = { subset: 'v1', revision: 'old', service: 'a' };
const canary = { subset: 'v2', revision: 'new', service: 'b' };
const header = { canary: { exact: 'true' } };

const anyChoice = fc.record({
  route: fc.constantFrom('Host' as const, 'Stable' as const, 'Split' as const, 'Canary' as const),
  stable: fc.constant(stable),
  canary: fc.option(fc.constant(canary), { nil: undefined }),
  weight: fc.integer({ min: 0, max: 100 }),
  canaryServes: fc.boolean(),
  matches: fc.constantFrom([], [header]),
  cookie: fc.option(fc.constant({ name: 'shop', maxAgeSeconds: 60 }), { nil: undefined }),
});

describe('traffic', () => {
  test('sums to 100 in every rule and ends in one that takes everything', () => {
    fc.assert(
      fc.property(anyChoice, (choice) => {
        const { rules } = trafficOf(choice);
        for (const { backends } of rules) {
          expect(backends.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
          expect(backends.every(({ weight }) => weight >= 0 && weight <= 100)).toBe(true);
        }
        expect(rules.filter(({ matches }) => matches.length === 0)).toEqual([rules.at(-1)]);
      }),
    );
  });

  test('names a canary only where there is one, and not while it gets nothing and serves nobody', () => {
    fc.assert(
      fc.property(anyChoice, (choice) => {
        const named = trafficOf(choice).rules.flatMap(({ backends }) => backends.map(({ subset }) => subset));
        if (choice.canary === undefined || choice.route === 'Host') expect(named).not.toContain('v2');
        if (choice.route === 'Stable' && !choice.canaryServes) expect(named).not.toContain('v2');
        if (choice.route === 'Canary' && choice.canary !== undefined) expect(named).not.toContain('v1');
      }),
    );
  });

  test('at weight 0 a match still reaches a canary that is ready', () => {
    const base = { route: 'Stable' as const, stable, canary, weight: 0, matches: [header] };
    expect(trafficOf({ ...base, canaryServes: true }).rules[0]).toEqual({
      matches: [header],
      backends: [{ ...canary, weight: 100 }],
    });
    expect(trafficOf({ ...base, canaryServes: false }).rules).toHaveLength(1);
  });

  test('a cookie keeps a visitor on either revision, and ends with the split', () => {
    const cookie = { name: 'shop', maxAgeSeconds: 60 };
    const base = { stable, canary, weight: 20, canaryServes: true, matches: [], cookie };
    const { rules } = trafficOf({ ...base, route: 'Split' });
    expect(rules.map(({ backends }) => backends.map(({ subset, weight }) => `${subset} ${weight}`))).toEqual([
      ['v2 100'],
      ['v1 100'],
      ['v1 80', 'v2 20'],
    ]);
    const [kept] = rules;
    const pattern = new RegExp(kept?.matches[0]?.['cookie']?.regex ?? '');
    expect(pattern.test('a=b; shop=new; c=d')).toBe(true);
    expect(pattern.test('shop=new')).toBe(true);
    expect(pattern.test('xshop=new')).toBe(false);
    expect(pattern.test('shop=newer')).toBe(false);
    expect(trafficOf({ ...base, route: 'Stable' }).cookie).toBeUndefined();
  });
});

test('a timeout of 0s is none at all: the mesh takes no zero', () => {
  const timeoutOf = (timeout: string) => {
    const objects = objectsOf(aStack({ services: [{ name: 'user', resilience: { timeout } }] }));
    // The builder makes it so.
    const { http } = pick(objects, 'VirtualService', 'user-service').spec as { http: object[] };
    return http.map((route) => Reflect.get(route, 'timeout') as unknown);
  };
  expect(timeoutOf('3s')).toEqual(['3s']);
  expect(timeoutOf('0s')).toEqual([undefined]);
});
