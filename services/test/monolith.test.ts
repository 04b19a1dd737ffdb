import { type ServiceName, serviceNames } from '@ecommercestack/contracts/topology';
import type { Service } from '@ecommercestack/service-kit';
import { startTestService } from '@ecommercestack/service-kit/testing';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';

async function load(name: ServiceName): Promise<Service> {
  return ((await import(`../${name}/src/service.ts`)) as { service: Service }).service;
}

async function start(names: readonly ServiceName[]) {
  const running = await startTestService(await Promise.all(names.map(load)), { SEED_DEMO: 'true' });
  onTestFinished(() => running.stop());
  return async (path: string, host?: string, more: Record<string, string> = {}) => {
    const headers = host === undefined ? more : { ...more, host };
    const answer = await request(`${running.url}${path}`, { headers });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
}

test('all services in one process: the Host header says which one is meant', async () => {
  const get = await start(serviceNames);
  expect(await get('/products?limit=1', 'product-service')).toMatchObject({
    status: 200,
    text: expect.stringContaining('MUG-01'),
  });
  expect((await get('/users', 'user-service.prod.svc.cluster.local:80')).text).toBe(
    '{"items":[],"nextCursor":null}',
  );
  expect((await get('/users', 'order-service')).status).toBe(404);
  expect((await get('/', 'storefront')).text).toContain('<!doctype html>');
  expect((await get('/openapi.json', 'cart-service')).text).toContain('/carts/{id}');
});

test('any other host comes from the edge and meets the gateway', async () => {
  const get = await start(serviceNames);
  expect((await get('/api/v1/nothing', 'api.mycompany.com')).text).toContain('no such API');
});

test('the gateway in the process reaches its neighbours without an address for them', async () => {
  const get = await start(serviceNames);
  const { status, text } = await get('/api/v1/products?limit=1', 'api.mycompany.com');
  expect({ status, text }).toEqual({ status: 200, text: expect.stringContaining('MUG-01') });
  expect((await get('/', 'api.mycompany.com')).text).toContain('<!doctype html>');
});

test('who comes through a proxy does not get past the gateway by the Host header', async () => {
  const get = await start(serviceNames);
  const { status, text } = await get('/users', 'user-service', { 'x-forwarded-for': '203.0.113.9' });
  expect({ status, text }).toMatchObject({
    status: 404,
    text: expect.stringContaining('"code":"not-found"'),
  });
});

test('without the gateway, the path says which service is meant', async () => {
  const get = await start(['user', 'product']);
  expect((await get('/products?limit=1')).text).toContain('MUG-01');
  expect((await get('/users')).text).toBe('{"items":[],"nextCursor":null}');
  expect((await get('/carts/1')).status).toBe(404);
});

test('readiness covers every service in the process', async () => {
  const get = await start(['user', 'product']);
  const { status, text } = await get('/ready');
  const checks: unknown = JSON.parse(text);
  expect({ status, checks }).toMatchObject({
    status: 200,
    checks: {
      checks: [
        { name: 'postgres' },
        { name: 'kafka' },
        { name: 'mongodb' },
        { name: 'search' },
        { name: 'kafka' },
      ],
    },
  });
});
