import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Controller, ControllerOptions } from '../src/index.ts';
import {
  ApiClient,
  Expectations,
  Informer,
  keyOf,
  LeaderElector,
  leaseResource,
  Metrics,
  runController,
  serveHealth,
  watch,
} from '../src/index.ts';
import { FakeApiServer, until, VirtualClock } from '../src/testing/index.ts';
import type { ConfigMap } from './kinds.ts';
import { configMap, configMaps, widgets } from './kinds.ts';

// Real sockets: a loaded machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

let server: FakeApiServer;
let client: ApiClient;
let clock: VirtualClock;
let controller: Controller | undefined;
let calls: string[];

beforeEach(async () => {
  server = await FakeApiServer.start(configMaps, widgets, leaseResource);
  client = new ApiClient({ credentials: server.credentials(), retries: 0 });
  clock = new VirtualClock();
  controller = undefined;
  calls = [];
});

afterEach(async () => {
  await controller?.stop();
  client.close();
  await server.close();
});

function anInformer(resource = configMaps, required = true): Informer<ConfigMap> {
  return new Informer<ConfigMap>({ client, resource, required, clock, random: () => 0.5 });
}

function run(options: Partial<ControllerOptions> = {}): Controller {
  controller = runController({
    watches: [watch({ informer: anInformer() })],
    reconcile: async (key) => {
      calls.push(key);
    },
    clock,
    queue: { random: () => 1, backoff: { base: 10, cap: 1_000 } },
    ...options,
  });
  return controller;
}

test('every object is reconciled once after the first sync, then on each change', async () => {
  server.put(configMaps, configMap('a'));
  server.put(configMaps, configMap('b'));
  run();
  await until('both are reconciled', () => calls.length === 2);
  expect([...calls].sort()).toEqual(['default/a', 'default/b']);
  server.put(configMaps, configMap('a', { x: '1' }));
  await until('a is reconciled', () => calls.length === 3);
  server.remove(configMaps, 'default/b');
  await until('b is reconciled', () => calls.length === 4);
  expect(calls.slice(2)).toEqual(['default/a', 'default/b']);
});

test('nothing is reconciled before every required cache is complete', async () => {
  server.put(configMaps, configMap('a'));
  server.faults.push({ times: 1, match: ({ path }) => path.includes('widgets'), act: { status: 503 } });
  const running = run({
    watches: [watch({ informer: anInformer() }), watch({ informer: anInformer(widgets) })],
  });
  await until('the one that works is synced', () => running.queue.depth === 1);
  await until('the other waits', () => running.notReady().join() === 'Widget: not synced (waiting)');
  expect(calls).toEqual([]);
  await clock.advance(5_000);
  await until('reconciled', () => calls.length === 1);
  expect(running.notReady()).toEqual([]);
});

test('a Kind that may be absent holds up neither work nor readiness', async () => {
  server.unserve(widgets);
  server.put(configMaps, configMap('a'));
  const optional = anInformer(widgets, false);
  const running = run({ watches: [watch({ informer: anInformer() }), watch({ informer: optional })] });
  await until('reconciled', () => calls.length === 1);
  expect(running.notReady()).toEqual([]);
});

test('children wake their owner, under the old owner and the new one', async () => {
  const children = anInformer(widgets);
  const keys = (child: ConfigMap) => Object.keys(child.metadata.labels ?? {});
  run({ watches: [watch({ informer: children, keys })] });
  const child = (owner: string) => ({
    metadata: { name: 'c', namespace: 'default', labels: { [owner]: '' } },
  });
  server.put(widgets, child('one'));
  await until('one is woken', () => calls.length === 1);
  server.put(widgets, child('two'));
  await until('both are woken', () => calls.length === 3);
  expect(calls).toEqual(['one', 'one', 'two']);
});

test('changes that concern nobody wake nobody', async () => {
  const informer = anInformer();
  run({
    watches: [
      watch({ informer, concerns: (_type, _previous, current) => current?.data?.['wake'] === 'yes' }),
    ],
  });
  server.put(configMaps, configMap('quiet'));
  server.put(configMaps, configMap('loud', { wake: 'yes' }));
  await until('loud is reconciled', () => calls.length === 1);
  await until('quiet has arrived', () => informer.cache.size === 2);
  expect(calls).toEqual(['default/loud']);
});

test('a failing reconcile is repeated with growing waits until it succeeds', async () => {
  server.put(configMaps, configMap('a'));
  const waits: number[] = [];
  run({
    reconcile: async (key) => {
      calls.push(key);
      if (calls.length < 4) throw new Error('not yet');
    },
    onError: (_key, _error, retryInMs) => waits.push(retryInMs),
  });
  await until('it fails first', () => waits.length === 1);
  await clock.advance(1_000);
  await until('it succeeds', () => calls.length === 4);
  expect(waits).toEqual([10, 20, 40]);
});

test('a success ends the back-off of its key', async () => {
  const waits: number[] = [];
  server.put(configMaps, configMap('a'));
  const running = run({
    reconcile: async (key) => {
      calls.push(key);
      if (calls.length !== 3) throw new Error('fails');
    },
    onError: (_key, _error, retryInMs) => waits.push(retryInMs),
  });
  await until('it fails first', () => waits.length === 1);
  await clock.advance(1_000);
  await until('it succeeds', () => calls.length === 3 && running.queue.held === 0);
  running.queue.add('default/a');
  await until('it fails again', () => waits.length === 3);
  expect(waits).toEqual([10, 20, 10]);
});

test('requeueAfter brings the key back', async () => {
  server.put(configMaps, configMap('a'));
  run({
    reconcile: async (key) => {
      calls.push(key);
      return calls.length === 1 ? { requeueAfter: 5_000 } : {};
    },
  });
  await until('reconciled', () => calls.length === 1);
  await clock.advance(4_999);
  expect(calls).toHaveLength(1);
  await clock.advance(1);
  await until('again', () => calls.length === 2);
  await clock.advance(60_000);
  expect(calls).toHaveLength(2);
});

test('a key is not reconciled while its cache is behind our own write', async () => {
  const informer = anInformer();
  const expectations = new Expectations();
  run({
    watches: [watch({ informer })],
    expectations,
    reconcile: async (key) => {
      calls.push(`${key} x=${informer.cache.get(key)?.data?.['x'] ?? '-'}`);
      if (calls.length > 1) return;
      const [stream] = server.streams;
      stream?.mute();
      const answer = await client.apply<ConfigMap>(configMaps, configMap('a', { x: 'mine' }));
      expectations.wrote(key, informer, answer);
    },
  });
  server.put(configMaps, configMap('a'));
  await until('written', () => server.read(configMaps, 'default/a')?.metadata.resourceVersion !== '101');
  await until('reconciled', () => calls.length === 1 && controller?.queue.held === 0);
  controller?.queue.add('default/a');
  await clock.advance(1_000);
  expect(calls).toEqual(['default/a x=-']);
  server.streams[0]?.reset();
  await until('the watch is back', () => {
    void clock.advance(100);
    return calls.length >= 2;
  });
  expect(calls[1]).toBe('default/a x=mine');
});

test('a second look at an unchanged world makes no request', async () => {
  const informer = anInformer();
  for (const name of ['a', 'b', 'c']) server.put(configMaps, configMap(name));
  run({
    watches: [watch({ informer })],
    reconcile: async (key) => {
      calls.push(informer.cache.get(key)?.metadata.name ?? '');
    },
  });
  await until('all are reconciled', () => calls.length === 3);
  const before = server.requests.length;
  for (const object of informer.cache.list()) controller?.queue.add(keyOf(object.metadata));
  await until('again', () => calls.length === 6);
  expect(server.requests).toHaveLength(before);
});

test('stop lets a running reconcile finish, starts no other, and resolves done', async () => {
  server.put(configMaps, configMap('a'));
  const gate = Promise.withResolvers<void>();
  const running = run({
    concurrency: 1,
    reconcile: async (key) => {
      calls.push(key);
      await gate.promise;
      calls.push(`${key} finished`);
    },
  });
  await until('it runs', () => calls.length === 1);
  server.put(configMaps, configMap('b'));
  await until('b waits', () => running.queue.depth === 1);
  const stopping = running.stop();
  expect(running.notReady()).toEqual(['stopping']);
  gate.resolve();
  await stopping;
  await running.done;
  expect(calls).toEqual(['default/a', 'default/a finished']);
});

test('a reconcile that does not end is aborted after the grace time', async () => {
  server.put(configMaps, configMap('a'));
  const running = run({
    graceMs: 5_000,
    reconcile: (key, signal) =>
      new Promise((_resolve, reject) => {
        calls.push(key);
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  });
  await until('it runs', () => calls.length === 1);
  const stopping = running.stop();
  await clock.advance(5_000);
  await stopping;
});

test('only the leader works; the follower takes over without a list', async () => {
  server.put(configMaps, configMap('a'));
  const elector = (identity: string) =>
    new LeaderElector({ client, namespace: 'default', name: 'op', identity, clock, random: () => 0.5 });
  const [one, two] = [elector('one'), elector('two')];
  const reconcile = (who: string) => async () => {
    calls.push(who);
  };
  const first = run({ leader: one, reconcile: reconcile('one') });
  await until('one works', () => calls.length === 1);
  const second = run({ leader: two, reconcile: reconcile('two') });
  await until('two is synced', () => second.notReady().length === 0);
  server.put(configMaps, configMap('a', { x: '1' }));
  await until('one works again', () => calls.length === 2);
  const before = server.requests.filter((request) => request.path.includes('configmaps')).length;
  await first.stop();
  await until('two works', () => {
    void clock.advance(100);
    return calls.length === 3;
  });
  expect(calls).toEqual(['one', 'one', 'two']);
  expect(server.requests.filter((request) => request.path.includes('configmaps'))).toHaveLength(before);
});

test('the lease is given away half a second after stop, whatever still runs, which can write no more', async () => {
  server.put(configMaps, configMap('a'));
  const leader = new LeaderElector({ client, namespace: 'default', name: 'op', identity: 'one', clock });
  const fenced = client.fork({ beforeWrite: leader.assertLeader });
  const gate = Promise.withResolvers<void>();
  const running = run({
    leader,
    reconcile: async (key) => {
      calls.push(key);
      await gate.promise;
      await fenced.create(configMaps, configMap('late')).catch((error: unknown) => calls.push(String(error)));
    },
  });
  await until('it runs', () => calls.length === 1);
  const stopping = running.stop();
  const holder = () => server.read(leaseResource, 'default/op')?.spec;
  await clock.advance(400);
  expect(holder()).toMatchObject({ holderIdentity: 'one' });
  await clock.advance(200);
  await until('the lease is free', () => Object(holder()).holderIdentity === '');
  gate.resolve();
  await stopping;
  expect(calls).toEqual(['default/a', 'WriteRefusedError: not the leader']);
});

test('a running reconcile is aborted when leadership ends, and the process lives on to lead again', async () => {
  server.put(configMaps, configMap('a'));
  const leader = new LeaderElector({ client, namespace: 'default', name: 'op', identity: 'one', clock });
  run({
    leader,
    reconcile: (key, signal) => {
      calls.push(key);
      if (calls.length > 1) return Promise.resolve();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('no longer ours')));
      });
    },
  });
  await until('it runs', () => calls.length === 1);
  server.faults.push({ times: 1_000, match: ({ path }) => path.includes('leases'), act: { status: 503 } });
  await until('leadership ends', () => {
    void clock.advance(500);
    return leader.term.aborted;
  });
  expect(calls).toHaveLength(1);
  server.faults.length = 0;
  await until('it is worked on again', () => {
    void clock.advance(500);
    return calls.length === 2;
  });
});

test('readiness turns red while the watch is down and green when it is back', async () => {
  const running = run();
  await until('ready', () => running.notReady().length === 0);
  server.faults.push({ times: 1_000, act: { status: 503 } });
  await until('watching', () => server.streams.length === 1);
  server.streams[0]?.reset();
  await until('waiting', () => clock.pending > 0);
  await clock.advance(11_000);
  await until('red', () => running.notReady().length > 0);
  expect(running.notReady()[0]).toMatch(/^ConfigMap: (waiting|listing)/);
  server.faults.length = 0;
  await until('green', () => {
    void clock.advance(500);
    return running.notReady().length === 0;
  });
});

test('health, readiness and metrics are served', async () => {
  const metrics = new Metrics({ prefix: 'shop' });
  server.put(configMaps, configMap('a'));
  const running = run({ metrics });
  const health = await serveHealth({
    port: 0,
    host: '127.0.0.1',
    notReady: () => running.notReady(),
    registry: metrics.registry,
  });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${health.port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  await until('reconciled', () => calls.length === 1 && running.queue.held === 0);
  expect(await get('/readyz')).toEqual({ status: 200, text: 'ok\n' });
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/nonsense')).status).toBe(404);
  const { text } = await get('/metrics');
  expect(text).toContain('shop_reconcile_total{result="ok"} 1');
  expect(text).toContain('shop_informer_objects{kind="ConfigMap"} 1');
  expect(text).toContain('shop_informer_synced{kind="ConfigMap"} 1');
  expect(text).toMatch(/shop_workqueue_wait_seconds_count 1/);
  await running.stop();
  expect(await get('/readyz')).toEqual({ status: 503, text: 'stopping\n' });
  await health.close();
});
