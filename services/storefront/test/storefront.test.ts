import { startTestService } from '@ecommercestack/service-kit/testing';
import { request } from 'undici';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { service } from '../src/service.ts';

let url: string;

beforeEach(async () => {
  const running = await startTestService(service);
  onTestFinished(() => running.stop());
  url = running.url;
});

async function get(path: string, method: 'GET' | 'HEAD' | 'POST' = 'GET') {
  const { statusCode, headers, body } = await request(`${url}${path}`, { method });
  return { status: statusCode, headers, text: await body.text() };
}

async function assetPaths(): Promise<string[]> {
  const { text } = await get('/');
  return [...text.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
}

describe('the page', () => {
  test('is never kept by a cache and runs only what this host serves', async () => {
    const { status, headers } = await get('/');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
  });

  test('names every asset by its hash, and caches may keep them for ever', async () => {
    const paths = await assetPaths();
    expect(paths).toHaveLength(3);
    for (const path of paths) {
      expect(path).toMatch(/^\/assets\/[a-z]+\.[0-9a-f]{10}\.[a-z]+$/);
      const { status, headers, text } = await get(path);
      expect({ path, status, cache: headers['cache-control'] }).toEqual({
        path,
        status: 200,
        cache: 'public, max-age=31536000, immutable',
      });
      expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
    }
  });

  test('and its assets name no other host', async () => {
    for (const path of ['/', ...(await assetPaths())]) {
      const { text } = await get(path);
      expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\/|["'(]\/\//);
    }
  });
});

test('HEAD has the headers alone; other methods and paths are refused', async () => {
  const head = await get('/', 'HEAD');
  expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
  expect(head.headers['content-length']).not.toBe('0');
  expect((await get('/', 'POST')).status).toBe(405);
  for (const path of ['/nothing', '/assets/shop.js', '/assets/../package.json', '/web/index.html'])
    expect((await get(path)).status).toBe(404);
});
