import { readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import { request } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { apiGateway } from '../../../operator/src/api/schema/gateway.ts';
import { parsePolicy } from '../src/policy/policy.ts';
import { followPolicy } from '../src/policy/policy-file.ts';
import { aPolicyFile, startGateway, startUpstream } from './upstream.ts';

describe('what the operator writes', () => {
  test('is understood, with the figures of a stack that says nothing', () => {
    const { limits, trustedProxyHops, cache } = parsePolicy(JSON.stringify(apiGateway.parse({})));
    const figures = limits?.plan.routes.map(({ path, rule: { limit } }) => [path, limit]);
    expect(figures).toEqual([
      ['/users', 100],
      ['/products', 500],
      ['/orders', 200],
    ]);
    const tiers = [...(limits?.plan.tiers ?? [])].map(([tier, { limit, windowMs }]) => [
      tier,
      limit,
      windowMs,
    ]);
    expect(tiers).toEqual([
      ['free', 10, 60_000],
      ['premium', 100, 60_000],
      ['enterprise', 1000, 60_000],
      ['storefront', 600, 60_000],
    ]);
    expect(limits).toMatchObject({
      plan: { caller: { limit: 1000 } },
      sharing: { mode: 'Strict', withoutRedis: 'Local' },
    });
    expect({ trustedProxyHops, cache }).toEqual({
      trustedProxyHops: 1,
      cache: { enabled: true, ttl: 30_000, maxSize: 33_554_432 },
    });
  });

  test.each(['full', 'production'])('is understood as examples/%s.yaml has it', async (name) => {
    const text = await readFile(new URL(`../../../examples/${name}.yaml`, import.meta.url), 'utf8');
    for (const document of loadAll(text)) {
      const { kind, spec } = Object(document);
      if (kind !== 'EcommerceStack') continue;
      expect(parsePolicy(JSON.stringify(apiGateway.parse(spec.apiGateway))).limits).toBeDefined();
    }
  });
});

describe('a policy', () => {
  test('denies the addresses of its networks, in either family', () => {
    const { isDenied } = parsePolicy('{"denyCIDRs":["203.0.113.0/24","2001:db8::/32"]}');
    const addresses = [
      '203.0.113.9',
      '203.0.114.9',
      '2001:db8:1::1',
      '2001:db9::1',
      '::ffff:203.0.113.9',
      'unknown',
      '',
    ];
    expect(addresses.filter(isDenied)).toEqual(['203.0.113.9', '2001:db8:1::1', '::ffff:203.0.113.9']);
  });

  test('passes over what a later version may add', () => {
    expect(parsePolicy('{"trustedProxyHops":1,"rateLimits":{"perMinute":5}}').trustedProxyHops).toBe(1);
  });

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['a wrong type', '{"trustedProxyHops":"1"}'],
    ['a network without a length', '{"denyCIDRs":["203.0.113.9"]}'],
    ['a length that is too long', '{"denyCIDRs":["203.0.113.0/33"]}'],
    ['a name', '{"denyCIDRs":["example/24"]}'],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parsePolicy(text)).toThrow();
  });
});

test('the gateway follows its file', async () => {
  const seen: unknown[] = [];
  const origin = await startUpstream((incoming, response) => {
    seen.push(incoming.headers['x-forwarded-for']);
    response.end();
  });
  const file = await aPolicyFile('{"trustedProxyHops":1}');
  const gateway = await startGateway(origin, { POLICY_FILE: file.path, POLICY_POLL_MS: '10' });
  const statusFrom = async (address: string) => {
    const headers = { 'x-forwarded-for': `6.6.6.6, ${address}` };
    const { statusCode, body } = await request(`${gateway.url}/api/v1/products`, { headers });
    await body.dump();
    return statusCode;
  };
  expect(await statusFrom('203.0.113.9')).toBe(200);
  expect(seen).toEqual(['203.0.113.9']);
  await file.write('{"trustedProxyHops":1,"denyCIDRs":["203.0.113.0/24"]}');
  await vi.waitFor(async () => expect(await statusFrom('203.0.113.9')).toBe(403));
  expect(await statusFrom('198.51.100.1')).toBe(200);
  await file.write('{"trustedProxyHops":1}');
  await vi.waitFor(async () => expect(await statusFrom('203.0.113.9')).toBe(200));
});

test('a file that is no policy is refused with its reason, and the one before stays', async () => {
  const file = await aPolicyFile('{"denyCIDRs":["203.0.113.0/24"]}');
  const refused: unknown[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (fields: object) => refused.push(fields),
  };
  const policy = await followPolicy(file.path, log, 10);
  onTestFinished(() => policy.close());
  await file.write('{"denyCIDRs":"everything"}');
  await vi.waitFor(() => expect(JSON.stringify(refused)).toContain('denyCIDRs'));
  expect(policy.current().isDenied('203.0.113.9')).toBe(true);
  await file.write('{"denyCIDRs":[]}');
  await vi.waitFor(() => expect(policy.current().isDenied('203.0.113.9')).toBe(false));
});

test('without a file nobody in front is believed', async () => {
  const seen: unknown[] = [];
  const origin = await startUpstream((incoming, response) => {
    seen.push(incoming.headers['x-forwarded-for'], incoming.headers['x-forwarded-proto']);
    response.end();
  });
  const gateway = await startGateway(origin, { POLICY_FILE: '/nowhere/policy.json' });
  const headers = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
  await (await request(`${gateway.url}/api/v1/products`, { headers })).body.dump();
  expect(seen).toEqual(['127.0.0.1', 'http']);
});
