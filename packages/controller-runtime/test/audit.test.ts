import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiClient, auditInformer, Informer, Metrics, runController, watch } from '../src/index.ts';
import { FakeApiServer, until, VirtualClock } from '../src/testing/index.ts';
import type { ConfigMap } from './kinds.ts';
import { configMap, configMaps } from './kinds.ts';

// Real sockets: a loaded machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

let server: FakeApiServer;
let client: ApiClient;
let clock: VirtualClock;
let informer: Informer<ConfigMap>;
const { signal } = new AbortController();

beforeEach(async () => {
  server = await FakeApiServer.start(configMaps);
  client = new ApiClient({ credentials: server.credentials() });
  clock = new VirtualClock();
  for (const name of ['a', 'b', 'c']) server.put(configMaps, configMap(name));
  informer = new Informer<ConfigMap>({ client, resource: configMaps, clock });
  informer.start();
  await informer.waitForSync();
});

afterEach(async () => {
  await informer.stop();
  client.close();
  await server.close();
});

async function audit(): Promise<string[]> {
  let found: string[] | undefined;
  void auditInformer(informer, { clock, signal }).then((keys) => {
    found = keys;
  });
  const lists = () => server.requests.filter(({ watch: open }) => !open).length;
  const before = lists();
  await until('the first look', () => lists() > before && (found !== undefined || clock.pending > 1));
  await clock.advance(10_000);
  await until('the verdict', () => found !== undefined);
  return found ?? [];
}

test('a cache that is right costs one list of metadata and changes nothing', async () => {
  const before = server.requests.length;
  expect(await audit()).toEqual([]);
  const asked = server.requests.slice(before);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.headers.accept).toContain('PartialObjectMetadataList');
});

test('events that were swallowed are found and made good by one fresh picture', async () => {
  await until('watching', () => server.streams.length === 1);
  server.streams[0]?.mute();
  server.put(configMaps, configMap('a', { x: '1' }));
  server.put(configMaps, configMap('new'));
  server.remove(configMaps, 'default/b');
  expect((await audit()).sort()).toEqual(['default/a', 'default/b', 'default/new']);
  await clock.advance(10_000);
  await until('made good', () => informer.cache.get('default/new') !== undefined);
  expect(informer.cache.get('default/a')?.data).toEqual({ x: '1' });
  expect(informer.cache.get('default/b')).toBeUndefined();
});

test('a change that is still on its way is no loss', async () => {
  await until('watching', () => server.streams.length === 1);
  server.faults.push({ match: ({ watch: open }) => !open, act: { status: 200, body: aListWithoutC() } });
  expect(await audit()).toEqual([]);
  expect(server.streams).toHaveLength(1);
});

function aListWithoutC(): string {
  const items = informer.cache.list().filter(({ metadata }) => metadata.name !== 'c');
  return JSON.stringify({ items, metadata: { resourceVersion: '1' } });
}

test('a controller audits its caches by the clock and counts what it found', async () => {
  const metrics = new Metrics({ prefix: 'x' });
  const controller = runController({
    watches: [watch({ informer })],
    reconcile: async () => {},
    auditMs: 60_000,
    clock,
    metrics,
  });
  await until('watching', () => server.streams.length === 1 && controller.queue.held === 0);
  server.streams[0]?.mute();
  server.put(configMaps, configMap('a', { x: '1' }));
  await until('found', () => {
    void clock.advance(1_000);
    return informer.cache.get('default/a')?.data?.['x'] === '1';
  });
  expect(await metrics.registry.metrics()).toContain('x_audit_differences_total{kind="ConfigMap"} 1');
  await controller.stop();
});

test('a key that waits and hears nothing has the caches compared after 15 s, then ever later', async () => {
  const seen: number[] = [];
  const controller = runController({
    watches: [watch({ informer })],
    reconcile: async (key) => {
      if (key === 'default/a') seen.push(informer.cache.size);
      return { waits: informer.cache.size < 4 };
    },
    clock,
    auditMs: 0,
  });
  const lists = () => server.requests.filter(({ watch: open }) => !open).length;
  try {
    await until('watching', () => server.streams.length === 1);
    controller.queue.add('default/a');
    await until('reconciled', () => seen.length === 1);
    await clock.advance(14_000);
    expect(lists()).toBe(0);
    server.streams[0]?.mute();
    server.put(configMaps, configMap('a', { x: '1' }));
    server.put(configMaps, configMap('new'));
    await until('the lost event is made good', () => {
      void clock.advance(1_000);
      return seen.at(-1) === 4;
    });
    const before = lists();
    await clock.advance(60_000);
    expect(lists()).toBe(before);
  } finally {
    await controller.stop();
  }
});
