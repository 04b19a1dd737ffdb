import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { createRetryBudget } from '../src/upstream/retry-budget.ts';
import { startGateway, startUpstream } from './upstream.ts';

async function startDoor() {
  const urls: string[] = [];
  const origin = await startUpstream((incoming, response) => {
    urls.push(incoming.url ?? '');
    incoming.resume().on('end', () => response.end('ok'));
  });
  const gateway = await startGateway(origin, { STOREFRONT_URL: origin });
  return { gateway, urls };
}

async function sendRaw(url: string, lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(lines.join('\r\n'));
  return text(socket);
}

describe('what the door refuses by itself never reaches a service', () => {
  test.each([
    '/api/v1/products/../users',
    '/api/v1//products',
    '/api/v1/products%2F1',
    '//evil/x',
    'http://inside/x',
  ])('the path %s', async (path) => {
    const { gateway, urls } = await startDoor();
    const answer = await sendRaw(gateway.url, [
      `GET ${path} HTTP/1.1`,
      'host: shop',
      'connection: close',
      '',
      '',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"malformed-path"/);
    expect(urls).toEqual([]);
  });

  test.each([
    ['length and chunks together', ['content-length: 4', 'transfer-encoding: chunked']],
    ['two lengths', ['content-length: 4', 'content-length: 5']],
    ['a blank before the colon', ['transfer-encoding : chunked']],
    ['a folded header', ['x-a: 1', ' 2']],
    ['an unknown coding', ['transfer-encoding: xchunked']],
  ])('a message with %s', async (_, headers) => {
    const { gateway, urls } = await startDoor();
    const head = ['POST /api/v1/products HTTP/1.1', 'host: shop', ...headers, '', ''];
    const answer = await sendRaw(gateway.url, [
      ...head,
      '0',
      '',
      'GET /api/v1/admin HTTP/1.1',
      'host: shop',
      '',
      '',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(urls).toEqual([]);
  });

  test('an API that does not exist, and a page that is posted to', async () => {
    const { gateway, urls } = await startDoor();
    const missing = await request(`${gateway.url}/api/v1/nothing`);
    expect(await missing.body.json()).toMatchObject({ status: 404, code: 'not-found' });
    const posted = await request(`${gateway.url}/`, { method: 'POST' });
    expect(posted.headers['allow']).toBe('GET, HEAD');
    expect(await posted.body.json()).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(urls).toEqual([]);
  });
});

test('pages go to the storefront', async () => {
  const { gateway, urls } = await startDoor();
  for (const path of ['/', '/assets/shop.js?v=1']) await (await request(`${gateway.url}${path}`)).body.dump();
  expect(urls).toEqual(['/', '/assets/shop.js?v=1']);
});

test('metrics and readiness are for the inside: what came through a proxy finds only health', async () => {
  const { gateway, urls } = await startDoor();
  const outside = { 'x-forwarded-for': '203.0.113.9' };
  const status = async (path: string, headers: Record<string, string>) => {
    const { statusCode, body } = await request(`${gateway.url}${path}`, { headers });
    await body.dump();
    return statusCode;
  };
  expect(await status('/metrics', {})).toBe(200);
  expect(urls).toEqual([]);
  await status('/metrics', outside);
  await status('/ready', outside);
  expect(urls).toEqual(['/metrics', '/ready']);
  expect(await status('/health', outside)).toBe(200);
});

test('the retry budget gives one retry for five requests, and saves up twenty', () => {
  const budget = createRetryBudget();
  const takeAll = (): number => {
    let taken = 0;
    while (budget.take()) taken += 1;
    return taken;
  };
  expect(takeAll()).toBe(20);
  for (let index = 0; index < 10; index += 1) budget.onRequest();
  expect(takeAll()).toBe(2);
  for (let index = 0; index < 1000; index += 1) budget.onRequest();
  expect(takeAll()).toBe(20);
});
