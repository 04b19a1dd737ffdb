import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildCountryDatabase } from './country-database.ts';
import { aKey, aToken, startIssuer } from './identity/issuer.ts';
import { startGatewayUnder, startUpstream } from './upstream.ts';

/** What spec.apiGateway is by default. */
const limits = {
  algorithm: 'TokenBucket',
  perMinute: 1000,
  routes: [
    { path: '/users', perMinute: 100, scope: 'Caller' },
    { path: '/products', perMinute: 500, scope: 'Caller' },
    { path: '/orders', perMinute: 200, scope: 'Caller' },
  ],
  tiers: { free: 10, premium: 100, enterprise: 1000, storefront: 600 },
};

async function echo(policy: object, environment: Record<string, string> = {}) {
  const issuer = await startIssuer([]);
  const gateway = await startGatewayUnder(policy, issuer.origin, environment);
  const send = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await request(`${gateway.url}${path}`, { headers });
    const body: unknown = await answer.body.json();
    return { status: answer.statusCode, headers: answer.headers, body };
  };
  const statuses = async (count: number, path: string, headers: Record<string, string> = {}) => {
    const all = Array.from({ length: count }, async () => (await send(path, headers)).status);
    return (await Promise.all(all)).filter((status) => status === 200).length;
  };
  return { ...issuer, gateway, send, statuses };
}

const from = (address: string) => ({ 'x-forwarded-for': address });

describe('limits, with the figures that a stack has by default', () => {
  test.each(['TokenBucket', 'LeakyBucket', 'FixedWindow', 'SlidingWindow'])(
    '%s: of 130 calls to /users a hundred pass, or as many more as flowed in meanwhile',
    async (algorithm) => {
      const { statuses, send } = await echo({ trustedProxyHops: 1, rateLimits: { ...limits, algorithm } });
      const started = performance.now();
      const passed = await statuses(130, '/api/v1/users', from('203.0.113.9'));
      const flowed = Math.ceil((performance.now() - started) / 600) + (algorithm === 'FixedWindow' ? 30 : 0);
      expect(passed).toBeGreaterThanOrEqual(100);
      expect(passed).toBeLessThanOrEqual(100 + flowed);
      expect((await send('/api/v1/users', from('203.0.113.10'))).status).toBe(200);
    },
  );

  test('a refused call says when to come again, under which rules', async () => {
    const { statuses, send } = await echo({
      trustedProxyHops: 1,
      rateLimits: { ...limits, algorithm: 'SlidingWindow' },
    });
    await statuses(100, '/api/v1/users', from('203.0.113.9'));
    const { status, headers, body } = await send('/api/v1/users/1', from('203.0.113.9'));
    expect({ status, body }).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    expect(Number(headers['retry-after'])).toBeGreaterThan(50);
    expect(headers['ratelimit-policy']).toBe('"/users";q=100;w=60, "caller";q=1000;w=60');
    expect(headers['ratelimit']).toMatch(/^"\/users";r=0;t=\d+$/);
    expect((await send('/api/v1/products', from('203.0.113.9'))).headers['ratelimit']).toMatch(
      /^"caller";r=899;/,
    );
  });

  test('an API client of tier free has ten; pages and health have no limit', async () => {
    const key = 'k'.repeat(32);
    const sha256 = createHash('sha256').update(key).digest('hex');
    const auth = { keys: [{ id: 'partner', sha256, tier: 'free' }] };
    const { statuses } = await echo({
      rateLimits: { ...limits, algorithm: 'FixedWindow', perMinute: 5 },
      auth,
    });
    const passed = await statuses(30, '/api/v1/products', { 'x-api-key': key });
    expect([10, 20]).toContain(passed);
    expect(await statuses(30, '/')).toBe(30);
    expect(await statuses(30, '/health')).toBe(30);
  });

  test('1,000 invented X-Forwarded-For chains, and 100 addresses of one /64, are one caller each', async () => {
    const { statuses } = await echo({
      trustedProxyHops: 1,
      rateLimits: { perMinute: 20, algorithm: 'SlidingWindow' },
    });
    let [spoofed, rotated] = [0, 0];
    for (let turn = 0; turn < 100; turn += 1) {
      const headers = from(`10.0.${turn}.1, 6.6.${turn}.6, 203.0.113.9`);
      spoofed += await statuses(10, '/api/v1/products', headers);
      rotated += await statuses(1, '/api/v1/products', from(`2001:db8:1:1:${turn.toString(16)}::7`));
    }
    expect({ spoofed, rotated }).toEqual({ spoofed: 20, rotated: 20 });
  });

  test('who guesses at tokens is counted too', async () => {
    const { send } = await echo({ rateLimits: { perMinute: 3, algorithm: 'SlidingWindow' } });
    const codes: number[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      codes.push((await send('/api/v1/products', { authorization: 'Bearer guess' })).status);
    expect(codes).toEqual([401, 401, 401, 429, 429]);
  });
});

describe('identity', () => {
  test('the service behind is told who calls, and sees neither the token nor what the client claims to be', async () => {
    const { send, state } = await echo({});
    const key = await aKey('one');
    state.keys = [key.jwk];
    const token = await aToken(key, { roles: ['customer', 'x,admin'], scope: 'a b' });
    const { body } = await send('/api/v1/products', {
      authorization: `Bearer ${token}`,
      'x-user-id': 'root',
      X_User_Roles: 'admin',
      'x-user-tier': 'enterprise',
    });
    expect(body).toMatchObject({
      'x-user-id': 'ann',
      'x-user-roles': 'customer',
      'x-user-scopes': 'a b',
      'x-user-tier': 'premium',
    });
    expect(body).not.toHaveProperty('authorization');
    expect(body).not.toHaveProperty('x_user_roles');
  });

  test.each([
    ['a token that is not good', { authorization: 'Bearer abc' }, 401],
    ['an empty token', { authorization: 'Bearer' }, 401],
    ['an unknown key', { 'x-api-key': 'u'.repeat(32) }, 401],
    ['both', { authorization: 'Bearer abc', 'x-api-key': 'u'.repeat(32) }, 401],
    ['credentials for a service behind', { authorization: 'Basic YTpi' }, 200],
  ])('%s', async (_, headers, status) => {
    const { send } = await echo({});
    const answer = await send('/api/v1/products', headers);
    expect(answer.status).toBe(status);
    if (status === 401) {
      expect(answer.body).toMatchObject({ code: 'unauthenticated' });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    } else expect(answer.body).toMatchObject(headers);
  });

  test('an API key ends when it says so, when it is taken away and when keys are disabled', async () => {
    const key = 'k'.repeat(32);
    const entry = {
      id: 'partner',
      sha256: createHash('sha256').update(key).digest('hex'),
      scopes: ['stock:read'],
    };
    const { send, gateway } = await echo({ auth: { keys: [entry] } });
    const status = async () => (await send('/api/v1/products', { 'x-api-key': key })).status;
    expect((await send('/api/v1/products', { 'x-api-key': key })).body).toMatchObject({
      'x-user-id': 'key:partner',
    });
    for (const auth of [
      { keys: [{ ...entry, expiresAt: '2020-01-01T00:00:00Z' }] },
      { keys: [] },
      { keys: [entry], apiKeys: 'Disabled' },
    ]) {
      await gateway.change({ auth });
      await expect.poll(status).toBe(401);
      await gateway.change({ auth: { keys: [entry] } });
      await expect.poll(status).toBe(200);
    }
  });

  test('rights: 401 for a stranger, 403 for one who is known', async () => {
    const rules = [{ name: 'admins', roles: ['admin'], paths: ['/products/**'] }];
    const { send, state } = await echo({ authorization: { rules } });
    const key = await aKey('one');
    state.keys = [key.jwk];
    const as = async (roles: string[]) => ({ authorization: `Bearer ${await aToken(key, { roles })}` });
    expect((await send('/api/v1/products/1')).status).toBe(401);
    expect((await send('/api/v1/products/1', await as([]))).status).toBe(403);
    expect((await send('/api/v1/products/1', await as(['admin']))).status).toBe(200);
    expect((await send('/', await as(['customer']))).status).toBe(403);
  });
});

describe('countries', () => {
  test('come from a database where there is one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'geo-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const database = join(folder, 'country.mmdb');
    await writeFile(
      database,
      buildCountryDatabase({ '203.0.113.0/24': 'DE', '198.51.100.0/24': 'FR', '2001:db8::/32': 'FR' }),
    );
    const geo = { mode: 'Allow', countries: ['DE'] };
    const { send } = await echo({ trustedProxyHops: 1, geo }, { GEO_DATABASE: database });
    const status = async (address: string) =>
      (await send('/api/v1/products', { ...from(address), 'cf-ipcountry': 'DE' })).status;
    expect(
      await Promise.all(['203.0.113.9', '198.51.100.9', '2001:db8::1', '192.0.2.1'].map(status)),
    ).toEqual([200, 403, 403, 403]);
  });

  test('or from the edge, and from nobody else', async () => {
    const geo = { mode: 'Deny', countries: ['FR'] };
    const { send, gateway } = await echo({ trustedProxyHops: 1, geo });
    const status = async () => (await send('/api/v1/products', { 'cf-ipcountry': 'fr' })).status;
    expect(await status()).toBe(403);
    await gateway.change({ geo });
    await expect.poll(status).toBe(200);
  });
});

describe('addresses', () => {
  test('an allowed network is let in whatever denies it', async () => {
    const { send } = await echo({
      trustedProxyHops: 1,
      denyCIDRs: ['203.0.113.0/24'],
      allowCIDRs: ['203.0.113.8/30'],
    });
    const status = async (address: string) => (await send('/api/v1/products', from(address))).status;
    expect(await Promise.all(['203.0.113.9', '203.0.113.99', '192.0.2.1'].map(status))).toEqual([
      200, 403, 200,
    ]);
  });
});

test('refusals are counted by code', async () => {
  const origin = await startUpstream((_, response) => response.end());
  const gateway = await startGatewayUnder({}, origin);
  await (await request(`${gateway.url}/api/v1/nothing`)).body.dump();
  const metrics = await (await request(`${gateway.url}/metrics`)).body.text();
  expect(metrics).toContain('ecommercestack_refusals_total{service="gateway",code="not-found"} 1');
});
