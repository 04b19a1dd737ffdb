import { describe, expect, test } from 'vitest';
import { anonymous, networkOf } from '../../src/domain/caller.ts';
import { retryAfterSeconds, toLimitHeaders } from '../../src/domain/limits/limit-headers.ts';
import { chargesOf, type LimitPlan } from '../../src/domain/limits/limit-plan.ts';
import { toRule } from '../../src/domain/limits/rule.ts';

const rule = (name: string, limit: number) =>
  toRule({ name, algorithm: 'TokenBucket', limit, windowMs: 60_000 });

const plan: LimitPlan = {
  global: rule('all', 5000),
  caller: rule('caller', 1000),
  tiers: new Map([['free', rule('free', 10)]]),
  routes: [
    { path: '/users', scope: 'Caller', rule: rule('/users', 100) },
    { path: '/users/search', scope: 'Global', rule: rule('/users/search', 5) },
  ],
};
const ann = { kind: 'subject', id: 'ann', roles: [], scopes: [], tier: 'free' } as const;
const seen = (...args: Parameters<typeof chargesOf>) =>
  chargesOf(...args).map(({ rule: { name }, key }) => `${name} ${key}`);

describe('what a request counts against', () => {
  test.each([
    ['/products', ['caller anonymous:203.0.113.9', 'all *']],
    ['/users', ['/users anonymous:203.0.113.9', 'caller anonymous:203.0.113.9', 'all *']],
    ['/users/1', ['/users anonymous:203.0.113.9', 'caller anonymous:203.0.113.9', 'all *']],
    ['/users/search', ['/users/search *', 'caller anonymous:203.0.113.9', 'all *']],
    ['/userships', ['caller anonymous:203.0.113.9', 'all *']],
  ])('%s', (path, expected) => {
    expect(seen(plan, anonymous('203.0.113.9'), path)).toEqual(expected);
  });

  test('a tier takes the place of what holds for everybody; an unknown tier does not', () => {
    expect(seen(plan, ann, '/carts')).toEqual(['free subject:ann', 'all *']);
    expect(seen(plan, { ...ann, tier: 'gold' }, '/carts')).toEqual(['caller subject:ann', 'all *']);
  });

  test('a subject, a key and an address of the same name are three callers', () => {
    const keys = [ann, { ...ann, kind: 'key' as const }, anonymous('ann')].map(
      (caller) => seen(plan, caller, '/')[0],
    );
    expect(new Set(keys).size).toBe(3);
  });
});

describe('the network that a client moves within', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::FFFF:cb00:7109', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8:9'],
    ['1::2::3', '1::2::3'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test('65,536 addresses of one /64 are one caller', () => {
    const networks = Array.from({ length: 65_536 }, (_, index) =>
      networkOf(`2001:db8:7:7:${index.toString(16)}::1`),
    );
    expect(new Set(networks).size).toBe(1);
  });
});

test('the headers name every rule, and what is left under the tightest', () => {
  const charges = chargesOf(plan, anonymous('203.0.113.9'), '/users');
  const standings = [
    { available: 0, waitMs: 600, resetMs: 60_000 },
    { available: 900, waitMs: 0, resetMs: 6000 },
    { available: 4900, waitMs: 0, resetMs: 1200 },
  ];
  expect(toLimitHeaders(charges, standings)).toEqual({
    policy: '"/users";q=100;w=60, "caller";q=1000;w=60, "all";q=5000;w=60',
    limit: '"/users";r=0;t=1',
  });
  expect(retryAfterSeconds(standings)).toBe(1);
  expect(retryAfterSeconds([{ available: 0, waitMs: 1001, resetMs: 0 }])).toBe(2);
  expect(toLimitHeaders([], [])).toBeUndefined();
});
