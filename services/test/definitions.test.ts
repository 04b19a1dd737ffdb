import { readdir } from 'node:fs/promises';
import { type ServiceName, serviceNames, topology } from '@ecommercestack/contracts/topology';
import { describe as describeService, type Service } from '@ecommercestack/service-kit';
import { startTestService } from '@ecommercestack/service-kit/testing';
import { request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';

async function load(name: ServiceName): Promise<Service> {
  const module = (await import(`../${name}/src/service.ts`)) as { service: Service };
  return module.service;
}

async function start(name: ServiceName): Promise<string> {
  const service = await startTestService(await load(name));
  onTestFinished(() => service.stop());
  return service.url;
}

async function get(url: string) {
  const { statusCode, body } = await request(url);
  const parsed: unknown = await body.json();
  return { status: statusCode, body: parsed };
}

test('the folders are the rows of the service table', async () => {
  const entries = await readdir(new URL('../', import.meta.url), { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'test')
    .map(({ name }) => name);
  expect(folders.toSorted()).toEqual([...serviceNames].toSorted());
});

describe.each(serviceNames)('%s', (name) => {
  test('is defined under its own row, and describes itself', async () => {
    const service = await load(name);
    expect(service.row).toBe(topology.find((row) => row.name === name));
    expect(describeService(service).openapi).toMatchObject({ openapi: '3.1.0' });
  });

  test('starts on memory twins and answers health, readiness and OpenAPI', async () => {
    const url = await start(name);
    expect(await get(`${url}/health`)).toEqual({ status: 200, body: { status: 'alive' } });
    expect(await get(`${url}/ready`)).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(await get(`${url}/openapi.json`)).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
  });
});

const listings = [
  ['user', '/users'],
  ['review', '/reviews'],
  ['analytics', '/analytics/reports'],
  ['admin', '/admin/actions'],
] as const;

describe.each(listings)('%s, whose commands are not built yet', (name, path) => {
  test('lists nothing, and never pretends that a write worked', async () => {
    const url = await start(name);
    expect(await get(`${url}${path}`)).toEqual({ status: 200, body: { items: [], nextCursor: null } });
    expect(await get(`${url}${path}/unknown`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    for (const [method, target] of [
      ['POST', path],
      ['PUT', `${path}/1`],
      ['PATCH', `${path}/1`],
      ['DELETE', `${path}/1`],
    ] as const) {
      const { statusCode, body } = await request(`${url}${target}`, { method });
      expect({ method, statusCode, body: await body.json() }).toMatchObject({
        statusCode: 501,
        body: { code: 'not-implemented' },
      });
    }
  });
});

test('each listing lies below the route that the gateway forwards', () => {
  for (const [name, path] of listings)
    expect(`${path}/`.startsWith(`${topology.find((row) => row.name === name)?.route}/`)).toBe(true);
});

test('an unknown cart is an empty one', async () => {
  const url = await start('cart');
  expect(await get(`${url}/carts/abc`)).toEqual({ status: 200, body: { id: 'abc', items: [] } });
  const { statusCode, body } = await request(`${url}/carts`, { method: 'POST' });
  await body.dump();
  expect(statusCode).toBe(501);
});
