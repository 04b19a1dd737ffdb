import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deadOrigin, startGatewayUnder, startUpstream } from './upstream.ts';

const products = '/api/v1/products';

async function start(policy: object, listener: RequestListener) {
  const seen: IncomingMessage[] = [];
  const origin = await startUpstream((incoming, response) => {
    seen.push(incoming);
    listener(incoming, response);
  });
  const gateway = await startGatewayUnder(policy, origin);
  const send = async (
    path: string,
    headers: Record<string, string> = {},
    method: 'GET' | 'POST' | 'HEAD' | 'OPTIONS' = 'GET',
  ) => {
    const {
      statusCode,
      headers: answered,
      body,
    } = await request(`${gateway.url}${path}`, { method, headers });
    return { status: statusCode, headers: answered, body: Buffer.from(await body.arrayBuffer()) };
  };
  return { gateway, seen, send };
}

describe('the cache', () => {
  const cached = { cache: { enabled: true } };
  const counting = (headers: Record<string, string>) => {
    let count = 0;
    return start(cached, (_, response) => {
      count += 1;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.end(`answer ${count}`);
    });
  };

  test('keeps what the service says may be kept, and tells its age', async () => {
    const { send, seen } = await counting({
      'cache-control': 'public, max-age=60',
      'content-type': 'text/plain',
    });
    const first = await send(products);
    const second = await send(products);
    expect(second.body.toString()).toBe('answer 1');
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(second.headers['age']).toMatch(/^\d+$/);
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    await send(`${products}?page=2`);
    expect(seen).toHaveLength(2);
  });

  test.each([
    ['says nothing', {}, {}],
    ['is private', { 'cache-control': 'private, max-age=60' }, {}],
    ['is not to be stored', { 'cache-control': 'no-store' }, {}],
    ['sets a cookie', { 'cache-control': 'max-age=60', 'set-cookie': 'a=1' }, {}],
    ['varies by everything', { 'cache-control': 'max-age=60', vary: '*' }, {}],
    ['is for a cookie', { 'cache-control': 'max-age=60' }, { cookie: 'a=1' }],
    ['is for credentials', { 'cache-control': 'max-age=60' }, { authorization: 'Basic YTpi' }],
    ['is a part', { 'cache-control': 'max-age=60' }, { range: 'bytes=0-1' }],
  ] as const)('passes an answer on that %s', async (_, answer, asked) => {
    const { send, seen } = await counting({ ...answer });
    await send(products, { ...asked });
    await send(products, { ...asked });
    expect(seen).toHaveLength(2);
  });

  test('tells apart what Vary names', async () => {
    const { send, seen } = await counting({ 'cache-control': 'max-age=60', vary: 'accept-language' });
    const bodyFor = async (language: string) =>
      (await send(products, { 'accept-language': language })).body.toString();
    expect([await bodyFor('de'), await bodyFor('fr'), await bodyFor('de'), await bodyFor('fr')]).toEqual([
      'answer 1',
      'answer 2',
      'answer 1',
      'answer 2',
    ]);
    expect(seen).toHaveLength(2);
  });

  test('answers a condition itself, and asks the service with one when an answer is old', async () => {
    let fresh = 'max-age=1';
    const { send, seen } = await start({ cache: { enabled: true, ttl: '50ms' } }, (incoming, response) => {
      response.setHeader('etag', '"1"').setHeader('cache-control', fresh);
      if (incoming.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else response.end('body');
    });
    await send(products);
    expect((await send(products, { 'if-none-match': 'W/"1"' })).status).toBe(304);
    expect(seen).toHaveLength(1);
    fresh = 'max-age=60';
    await expect
      .poll(async () => {
        await send(products);
        return seen.length;
      })
      .toBe(2);
    expect(seen[1]?.headers['if-none-match']).toBe('"1"');
    expect((await send(products)).body.toString()).toBe('body');
  });

  test('sends one request for all who ask the same at once', async () => {
    const answers: (() => void)[] = [];
    const { send, seen } = await start(cached, (_, response) => {
      answers.push(() => response.setHeader('cache-control', 'max-age=60').end('once'));
    });
    const all = Array.from({ length: 20 }, async () => (await send(products)).body.toString());
    await expect.poll(() => answers.length).toBe(1);
    answers[0]?.();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['once']));
    expect(seen).toHaveLength(1);
  });

  test('nobody waits for an answer that cannot be kept', async () => {
    const { send, seen } = await start(cached, (_, response) => response.end('mine'));
    const all = await Promise.all(Array.from({ length: 5 }, async () => (await send(products)).status));
    expect(all).toEqual([200, 200, 200, 200, 200]);
    expect(seen).toHaveLength(5);
  });

  test('forgets what was changed', async () => {
    const { send } = await counting({ 'cache-control': 'max-age=60' });
    await send(products);
    await send(products, {}, 'POST');
    expect((await send(products)).body.toString()).toBe('answer 3');
  });
});

describe('compression', () => {
  const json = JSON.stringify(Array.from({ length: 200 }, (_, index) => ({ index })));
  const answering = (type: string, body: string, headers: Record<string, string> = {}) =>
    start({}, (_, response) => {
      response.writeHead(200, { 'content-type': type, etag: '"1"', ...headers }).end(body);
    });

  test.each([
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['br;q=0.2, gzip;q=0.9', 'gzip'],
    ['*', 'br'],
  ])('for one who accepts %s: %s', async (accepted, coding) => {
    const { send } = await answering('application/json; charset=utf-8', json);
    const { headers, body } = await send(products, { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(coding);
    expect(headers['vary']).toBe('accept-encoding');
    expect(headers['etag']).toBe('W/"1"');
    expect((coding === 'br' ? brotliDecompressSync(body) : gunzipSync(body)).toString()).toBe(json);
  });

  test.each([
    ['nobody asked', 'application/json', json, {}, {}],
    ['it is refused', 'application/json', json, { 'accept-encoding': 'gzip;q=0, br;q=0' }, {}],
    ['it is short', 'application/json', '{}', { 'accept-encoding': 'gzip' }, { 'content-length': '2' }],
    ['it is an image', 'image/png', json, { 'accept-encoding': 'gzip' }, {}],
    [
      'it must not be changed',
      'text/html',
      json,
      { 'accept-encoding': 'gzip' },
      { 'cache-control': 'no-transform' },
    ],
    ['it is coded', 'text/html', json, { 'accept-encoding': 'gzip' }, { 'content-encoding': 'zstd' }],
    ['these are events', 'text/event-stream', json, { 'accept-encoding': 'gzip' }, {}],
  ] as const)('not when %s', async (_, type, body, asked, headers) => {
    const { send } = await answering(type, body, { ...headers });
    const answer = await send(products, { ...asked });
    expect(answer.body.toString()).toBe(body);
  });
});

describe('pages of other origins', () => {
  const cors = { origins: ['https://shop.example'], maxAge: '1m' };
  const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' };

  test('ask first, and are told', async () => {
    const { send, seen } = await start({ cors }, (_, response) => response.end());
    const { status, headers } = await send(products, preflight, 'OPTIONS');
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-max-age': '60',
      vary: 'origin',
    });
    expect((await send(products, { ...preflight, origin: 'https://evil.example' }, 'OPTIONS')).status).toBe(
      403,
    );
    expect((await send('/api/v1/nothing', preflight, 'OPTIONS')).status).toBe(404);
    expect(seen).toHaveLength(0);
  });

  test('may read answers and refusals when they may call, whatever the service says', async () => {
    const { send } = await start({ cors, requests: { maxBody: 1 } }, (_, response) =>
      response.setHeader('access-control-allow-origin', '*').end('x'),
    );
    const originOf = async (origin: string, path = products) =>
      (await send(path, { origin })).headers['access-control-allow-origin'];
    expect(await originOf('https://shop.example')).toBe('https://shop.example');
    expect(await originOf('https://evil.example')).toBeUndefined();
    expect(await originOf('https://shop.example', '/api/v1/nothing')).toBe('https://shop.example');
  });
});

describe('configured routes', () => {
  const routes = [
    {
      name: 'beta',
      match: { path: '/api/v1/products', headers: [{ name: 'x-beta', exact: '1' }] },
      service: 'product',
      rewrite: '/beta/items',
    },
    {
      name: 'mobile',
      match: { path: '/m', methods: ['GET'] },
      service: 'product',
      rewrite: '/products',
      timeout: '100ms',
      retry: false,
      request: { set: { 'x-channel': 'mobile' }, remove: ['x-debug'] },
      response: { set: { 'x-frame-options': 'DENY' }, remove: ['x-powered-by'] },
    },
  ];
  const urlOf = async (path: string, headers: Record<string, string> = {}) => {
    const { send, seen } = await start({ routes }, (_, response) =>
      response.setHeader('x-powered-by', 'x').end(),
    );
    const { status, headers: answered } = await send(path, headers);
    return { status, url: seen[0]?.url, headers: seen[0]?.headers, answered };
  };

  test('match by path, method and header, and rewrite', async () => {
    expect(await urlOf('/api/v1/products/1?a=b', { 'x-beta': '1' })).toMatchObject({
      url: '/beta/items/1?a=b',
    });
    expect(await urlOf('/api/v1/products/1', { 'x-beta': '2' })).toMatchObject({ url: '/products/1' });
    expect(await urlOf('/m')).toMatchObject({ url: '/products' });
    expect(await urlOf('/mobile')).toMatchObject({ url: '/mobile' });
  });

  test('change headers both ways', async () => {
    const { headers, answered } = await urlOf('/m/1', { 'x-debug': '1', 'x-channel': 'forged' });
    expect(headers).toMatchObject({ 'x-channel': 'mobile' });
    expect(headers).not.toHaveProperty('x-debug');
    expect(answered).toMatchObject({ 'x-frame-options': 'DENY' });
    expect(answered).not.toHaveProperty('x-powered-by');
  });

  test('have a time of their own', async () => {
    const { send } = await start({ routes }, () => {});
    expect((await send('/m')).status).toBe(504);
  });

  test.each([
    [{ set: { host: 'evil' } }],
    [{ set: { 'x-user-id': 'root' } }],
    [{ set: { 'content-length': '1' } }],
    [{ set: { 'x-a': 'b\r\nc: d' } }],
    [{ remove: ['x-forwarded-for'] }],
  ])('may not touch what says who calls or where a message ends: %j', async (change) => {
    const { parsePolicy } = await import('../src/policy/policy.ts');
    const route = { name: 'a', match: { path: '/a' }, service: 'product', request: change };
    expect(() => parsePolicy(JSON.stringify({ routes: [route] }))).toThrow(/routes\[0\]\.request/);
  });
});

describe('services that fail', () => {
  test('are left alone, and tried again', async () => {
    const upstreams = { product: { breaker: { minimum: 3, failurePercent: 50, open: '1s' } } };
    let isWell = false;
    const { send, seen } = await start({ upstreams }, (_, response) => {
      response.statusCode = isWell ? 200 : 503;
      response.end();
    });
    for (let turn = 0; turn < 3; turn += 1) await send(products);
    const refused = await send(products);
    expect({ status: refused.status, retryAfter: refused.headers['retry-after'] }).toEqual({
      status: 503,
      retryAfter: '1',
    });
    expect(seen).toHaveLength(3);
    isWell = true;
    await expect.poll(async () => (await send(products)).status, { timeout: 5000 }).toBe(200);
    expect(seen).toHaveLength(4);
  });

  test('have their place taken by others, and a GET does not notice', async () => {
    const origin = await startUpstream((_, response) => response.end('well'));
    const upstreams = { product: { endpoints: [await deadOrigin(), origin] } };
    const { send } = await start({ upstreams }, (_, response) => response.end());
    const bodies = await Promise.all(
      Array.from({ length: 20 }, async () => (await send(products)).body.toString()),
    );
    expect(new Set(bodies)).toEqual(new Set(['well']));
  });
});

describe('sizes', () => {
  test('a body of unknown length is cut off where it passes its limit', async () => {
    const { gateway, send } = await start({ requests: { maxBody: '1Ki' } }, (incoming, response) => {
      incoming.resume().on('end', () => response.end('read'));
    });
    async function* stream(parts: number) {
      for (let part = 0; part < parts; part += 1) yield randomBytes(256);
    }
    const post = async (parts: number) => {
      const { statusCode, body } = await request(`${gateway.url}${products}`, {
        method: 'POST',
        body: Readable.from(stream(parts)),
      });
      return [statusCode, await body.text()];
    };
    expect(await post(4)).toEqual([200, 'read']);
    expect(await post(5)).toEqual([413, expect.stringContaining('"code":"body-too-large"')]);
    expect((await send(products, { 'content-length': '0' }, 'POST')).status).toBe(200);
  });

  test('a told length, a path and a number of headers', async () => {
    const { gateway, send, seen } = await start(
      { requests: { maxBody: 10, maxHeaders: 10, maxPath: 100 } },
      (_, response) => response.end(),
    );
    const { statusCode, body } = await request(`${gateway.url}${products}`, {
      method: 'POST',
      body: 'x'.repeat(11),
    });
    await body.dump();
    expect(statusCode).toBe(413);
    expect((await send(`${products}/${'x'.repeat(100)}`)).status).toBe(414);
    expect(
      (
        await send(
          products,
          Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`x-${index}`, '1'])),
        )
      ).status,
    ).toBe(431);
    expect(seen).toHaveLength(0);
  });

  test('what is no HTTP at all is answered with a problem, and counted', async () => {
    const { gateway } = await start({}, (_, response) => response.end());
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.end('HELLO\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"malformed-request"/);
    const metrics = await (await request(`${gateway.url}/metrics`)).body.text();
    expect(metrics).toContain('code="malformed-request"} 1');
  });
});

test('events come as they are sent', async () => {
  const told: ((line: string) => void)[] = [];
  const { gateway } = await start({}, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    told.push((line) => response.write(`data: ${line}\n\n`));
    response.write('data: hello\n\n');
  });
  const { body } = await request(`${gateway.url}${products}/events`, {
    headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip' },
  });
  onTestFinished(() => {
    body.destroy();
  });
  body.on('error', () => {});
  const [first] = (await once(body, 'data')) as [Buffer];
  expect(first.toString()).toBe('data: hello\n\n');
  told[0]?.('again');
  const [second] = (await once(body, 'data')) as [Buffer];
  expect(second.toString()).toBe('data: again\n\n');
});
