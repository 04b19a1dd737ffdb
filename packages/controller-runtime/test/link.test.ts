import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Controller } from '../src/index.ts';
import {
  ApiClient,
  ConnectionError,
  Informer,
  LeaderElector,
  leaseResource,
  runController,
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
let informer: Informer<ConfigMap>;
let restarts: string[];
let lists: number;

beforeEach(async () => {
  server = await FakeApiServer.start(configMaps, leaseResource);
  clock = new VirtualClock();
  client = new ApiClient({ credentials: server.credentials(), retries: 0, clock });
  restarts = [];
  lists = 0;
  informer = new Informer<ConfigMap>({
    client,
    resource: configMaps,
    clock,
    random: () => 0.5,
    observer: {
      onRestart: (reason) => restarts.push(reason),
      onState: (state) => {
        if (state === 'listing') lists += 1;
      },
    },
  });
});

afterEach(async () => {
  server.faults.length = 0;
  await informer.stop();
  client.close();
  await server.close();
});

const watching = (): Promise<void> =>
  until('the watch is open', () => informer.state === 'watching' && server.streams.length === 1);

/** Time in small steps, so that answers over real sockets come in between. */
async function pass(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 200) await clock.advance(200);
}

test('a silent stream is resumed when the link is back: nothing is read anew and nothing is lost', async () => {
  informer.start();
  await watching();
  await clock.advance(5_000);
  server.streams[0]?.mute();
  server.put(configMaps, configMap('missed'));
  informer.doubt(clock.monotonic());
  await until('resumed', () => restarts.join() === 'doubted' && informer.cache.size === 1);
  await watching();
  expect(lists).toBe(1);
});

test('a stream that was heard since the link was lost goes on', async () => {
  informer.start();
  await watching();
  const lostSince = clock.monotonic();
  await clock.advance(5_000);
  server.put(configMaps, configMap('a'));
  await until('heard', () => informer.cache.size === 1);
  informer.doubt(lostSince);
  await clock.advance(5_000);
  expect([restarts, server.streams.length]).toEqual([[], 1]);
});

test('requests that hang are given up, young ones are not', async () => {
  server.faults.push({ times: 2, act: 'hang' });
  const old = client.list(configMaps).then(
    () => 'answered',
    (error: unknown) => error,
  );
  await until('the first is sent', () => server.requests.length === 1);
  await clock.advance(5_000);
  let isOver = false;
  const young = client.list(configMaps).then(
    () => undefined,
    () => {
      isOver = true;
    },
  );
  await until('the second is sent', () => server.requests.length === 2);
  client.giveUp(2_000);
  expect(await old).toBeInstanceOf(ConnectionError);
  expect(isOver).toBe(false);
  await clock.advance(30_000);
  await young;
});

test('streams that wait after failures try at once when another is served again', async () => {
  server.serve(widgets);
  const other = new Informer({ client, resource: widgets, clock, random: () => 0.9 });
  const looked: string[] = [];
  const controller = runController({
    watches: [watch({ informer }), watch({ informer: other })],
    reconcile: async (key) => {
      looked.push(key);
    },
    queue: { backoff: { base: 600_000, cap: 600_000 } },
    clock,
  });
  try {
    await until('both watch', () => server.streams.length === 2);
    server.faults.push({ times: 999, match: ({ watch: isWatch }) => isWatch, act: { status: 503 } });
    server.cutAll();
    await until('both failed', () => informer.state === 'waiting' && other.state === 'waiting');
    await pass(20_000);
    controller.queue.retry('default/failed');
    server.faults.length = 0;
    const states = () => [informer.state, other.state];
    await until('the first is served', () => {
      void clock.advance(20);
      return states().includes('watching');
    });
    // No more time passes than lies between two connects in any case.
    await clock.advance(1_300);
    await until('so is the other', () => states().join() === 'watching,watching');
    await until('the failed key is looked at', () => looked.length > 0);
  } finally {
    await controller.stop();
  }
});

test('a wait that the server asked for is kept', async () => {
  informer.start();
  await watching();
  server.faults.push({
    times: 1,
    match: ({ watch: isWatch }) => isWatch,
    act: { status: 429, headers: { 'retry-after': '20' } },
  });
  server.streams[0]?.reset();
  await until('the reset is noticed', () => restarts.length === 1 && clock.pending > 0);
  await pass(2_000);
  await until('429 is noticed', () => restarts.join() === 'broken,429' && clock.pending > 0);
  const before = server.requests.length;
  informer.resume();
  informer.doubt(clock.monotonic());
  await pass(15_000);
  expect(server.requests).toHaveLength(before);
  await pass(10_000);
  await watching();
});

test('an attempt that hung while the link was away is followed by another at once', async () => {
  informer.start();
  await watching();
  server.faults.push({ times: 999, match: ({ watch: isWatch }) => isWatch, act: 'reset' });
  server.streams[0]?.reset();
  await until('the reset is noticed', () => restarts.length === 1 && clock.pending > 0);
  await pass(4_000);
  server.faults.length = 0;
  server.faults.push({ times: 1, act: 'hang' });
  const before = server.requests.length;
  await pass(5_000);
  await until('it hangs', () => server.requests.length === before + 1);
  informer.doubt(clock.monotonic());
  await pass(200);
  await watching();
});

test('a controller whose lease is not answered is unready, and hears again when it is', async () => {
  const calls: string[] = [];
  const leader = new LeaderElector({
    client,
    namespace: 'default',
    name: 'op',
    identity: 'a',
    clock,
    random: () => 0.5,
  });
  const controller: Controller = runController({
    watches: [watch({ informer })],
    reconcile: async (key) => {
      calls.push(key);
    },
    leader,
    clock,
  });
  try {
    await watching();
    await until('leads', () => leader.isLeader);
    await pass(9_000);
    expect(controller.notReady()).toEqual([]);
    server.streams[0]?.mute();
    server.faults.push({ times: 999, act: 'hang' });
    server.put(configMaps, configMap('missed'));
    await pass(8_000);
    expect(controller.notReady()).toEqual(['the API server does not answer']);
    expect(calls).toEqual([]);
    server.faults.length = 0;
    await pass(6_000);
    await until('reconciled', () => calls.join() === 'default/missed');
    expect(controller.notReady()).toEqual([]);
  } finally {
    server.faults.length = 0;
    await controller.stop();
  }
});
