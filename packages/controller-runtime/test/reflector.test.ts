import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { InformerOptions } from '../src/index.ts';
import { ApiClient, Informer } from '../src/index.ts';
import type { FakeStream } from '../src/testing/index.ts';
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

beforeEach(async () => {
  server = await FakeApiServer.start(configMaps);
  client = new ApiClient({ credentials: server.credentials() });
  clock = new VirtualClock();
  restarts = [];
});

afterEach(async () => {
  await informer.stop();
  client.close();
  await server.close();
});

function start(options: Partial<InformerOptions<ConfigMap>> = {}): void {
  informer = new Informer<ConfigMap>({
    client,
    resource: configMaps,
    clock,
    random: () => 0.5,
    observer: { onRestart: (reason) => restarts.push(reason) },
    ...options,
  });
  informer.start();
}

async function watching(): Promise<FakeStream> {
  await until('the watch is open', () => informer.state === 'watching' && server.streams.length === 1);
  const [stream] = server.streams;
  if (stream === undefined) throw new Error('no stream');
  return stream;
}

/** Waits until the reflector has noticed the end of its stream and rests; then lets the rest pass. */
async function reconnect(pastMs = 10_000): Promise<FakeStream> {
  await until('the end is noticed', () => restarts.length > 0 && clock.pending > 0);
  await clock.advance(pastMs);
  return await watching();
}

async function holds(...names: string[]): Promise<void> {
  const wanted = names.sort().join();
  const held = () =>
    informer.cache
      .list()
      .map((object) => object.metadata.name)
      .sort()
      .join();
  await until(`the cache holds ${wanted}`, () => held() === wanted);
}

const lists = () => server.requests.filter((request) => request.method === 'GET' && !request.watch).length;

test.each([true, false])('holds what is there and what comes (WatchList served: %s)', async (served) => {
  server.watchListServed = served;
  server.put(configMaps, configMap('a'));
  start();
  expect(await informer.waitForSync()).toBe(true);
  await holds('a');
  await watching();
  server.put(configMaps, configMap('b'));
  await holds('a', 'b');
  server.remove(configMaps, 'default/a');
  await holds('b');
  expect(lists()).toBe(served ? 0 : 1);
  expect(informer.cache.get('default/b')).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
});

test('asks for bookmarks and for an end between five and ten minutes', async () => {
  start();
  await watching();
  const query = server.requests.at(-1)?.query;
  expect(query?.get('allowWatchBookmarks')).toBe('true');
  expect(query?.get('timeoutSeconds')).toBe('450');
});

test('resumes from the last version after an orderly end: nothing is listed again, nothing is lost', async () => {
  start();
  const stream = await watching();
  server.put(configMaps, configMap('a'));
  await holds('a');
  await clock.advance(10_000);
  stream.end();
  server.put(configMaps, configMap('b'));
  await holds('a', 'b');
  expect(lists()).toBe(0);
  expect(server.requests.at(-1)?.query.get('sendInitialEvents')).toBeNull();
  expect(restarts).toEqual(['ended']);
});

test('a bookmark moves the version from which a watch resumes', async () => {
  start();
  const stream = await watching();
  stream.bookmark(4_711);
  await until('seen', () => informer.hasSeen('4711'));
  stream.reset();
  await reconnect();
  expect(server.requests.at(-1)?.query.get('resourceVersion')).toBe('4711');
  expect(restarts).toEqual(['broken']);
});

const mishaps: [string, string, (stream: FakeStream) => void][] = [
  ['a TCP reset', 'broken', (stream) => stream.reset()],
  ['a garbage line', 'unreadable', (stream) => stream.raw('{"type":"MODI garbage\n')],
  ['a line that is JSON and no event', 'unreadable', (stream) => stream.raw('{"kind":"Status"}\n')],
  [
    'truncated UTF-8',
    'unreadable',
    (stream) => stream.raw(Buffer.from('{"type":"ADDED","object":{"metadata":{"name":"\xe2"}}}\n', 'latin1')),
  ],
  ['an ERROR other than 410', '500', (stream) => stream.error({ code: 500, message: 'etcd is away' })],
  ['an in-stream 410', 'expired', (stream) => stream.error({ code: 410, reason: 'Expired' })],
  ['an in-stream 410 told by code alone', 'expired', (stream) => stream.error({ code: 410 })],
  [
    'a last line that is cut off',
    'unreadable',
    (stream) => {
      stream.raw('{"type":"ADDED","obj');
      stream.end();
    },
  ],
];

test.each(mishaps)('%s ends the stream, is counted, and no change is lost', async (_what, reason, mishap) => {
  server.put(configMaps, configMap('a'));
  start();
  const stream = await watching();
  await holds('a');
  mishap(stream);
  await until('the end is noticed', () => restarts.length === 1);
  server.put(configMaps, configMap('b'));
  server.remove(configMaps, 'default/a');
  await reconnect();
  await holds('b');
  expect(restarts).toEqual([reason]);
  expect(lists()).toBe(0);
});

test('410 on connect leads to exactly one fresh picture', async () => {
  start();
  const stream = await watching();
  stream.reset();
  server.put(configMaps, configMap('a'));
  server.store.compact();
  await until('the reset is noticed', () => restarts.length === 1 && clock.pending > 0);
  await clock.advance(1_500);
  await until('410 is noticed', () => restarts.length === 2 && clock.pending > 0);
  await clock.advance(10_000);
  await holds('a');
  expect(restarts).toEqual(['broken', 'expired']);
  const initial = server.requests.filter((request) => request.query.has('sendInitialEvents'));
  expect(initial).toHaveLength(2);
});

test('an object deleted and made anew while nobody listened is a delete and an add', async () => {
  server.put(configMaps, configMap('a'));
  start();
  const stream = await watching();
  const changes: string[] = [];
  informer.cache.onChange((type) => changes.push(type));
  stream.reset();
  server.remove(configMaps, 'default/a');
  server.put(configMaps, configMap('a'));
  server.store.compact();
  await until('the end is noticed', () => restarts.length === 1 && clock.pending > 0);
  await clock.advance(1_500);
  await until('410 is noticed', () => restarts.length === 2 && clock.pending > 0);
  await clock.advance(10_000);
  await until('both are told', () => changes.length === 2);
  expect(changes).toEqual(['delete', 'add']);
});

test('a silent stream is given up after 90 s without event or bookmark, not before', async () => {
  start();
  const stream = await watching();
  await clock.advance(60_000);
  stream.bookmark(server.store.version);
  await until('heard', () => informer.silentFor === 0);
  stream.mute();
  server.put(configMaps, configMap('a'));
  await clock.advance(89_000);
  expect(restarts).toEqual([]);
  await clock.advance(31_000);
  await until('the silence is noticed', () => restarts.length === 1);
  await clock.advance(10_000);
  await holds('a');
  expect(restarts).toEqual(['silent']);
});

test('where nothing is ever written there are no bookmarks: each alarm in a row doubles the patience', async () => {
  start();
  const alarmsAfter = async (milliseconds: number) => {
    const { length } = restarts;
    for (let left = milliseconds; left > 0; left -= 1_000) {
      await clock.advance(1_000);
      await until('it settles', () => clock.pending > 0);
    }
    await watching();
    return restarts.slice(length);
  };
  await watching();
  expect(await alarmsAfter(95_000)).toEqual(['silent']);
  expect(await alarmsAfter(170_000)).toEqual([]);
  expect(await alarmsAfter(20_000)).toEqual(['silent']);
  const stream = await watching();
  stream.bookmark(server.store.version);
  await until('heard', () => informer.silentFor === 0);
  stream.reset();
  expect(await alarmsAfter(95_000)).toEqual(['broken', 'silent']);
});

test('429 on connect waits for Retry-After', async () => {
  start();
  const stream = await watching();
  server.faults.push({ match: ({ watch }) => watch, act: { status: 429, headers: { 'retry-after': '20' } } });
  stream.reset();
  await until('the reset is noticed', () => restarts.length === 1 && clock.pending > 0);
  await clock.advance(1_500);
  await until('429 is noticed', () => restarts.length === 2 && clock.pending > 0);
  const before = server.requests.length;
  await clock.advance(19_000);
  expect(server.requests).toHaveLength(before);
  await clock.advance(5_000);
  await watching();
  expect(restarts).toEqual(['broken', '429']);
});

test('401 renews the credentials', async () => {
  start();
  const stream = await watching();
  server.token = 'second';
  stream.reset();
  await until('the reset is noticed', () => restarts.length === 1 && clock.pending > 0);
  await clock.advance(1_500);
  await until('401 is noticed', () => restarts.length === 2 && clock.pending > 0);
  await clock.advance(5_000);
  await watching();
  expect(restarts).toEqual(['broken', '401']);
});

test('a list that fails with 500 is tried again until it works', async () => {
  server.watchListServed = false;
  server.put(configMaps, configMap('a'));
  server.faults.push({ times: 3, match: ({ watch }) => !watch, act: { status: 500 } });
  start();
  const failures = () => restarts.filter((reason) => reason === '500').length;
  while (failures() < 3) {
    expect(informer.synced).toBe(false);
    await until('it waits', () => clock.pending > 0);
    await clock.advance(1_000);
  }
  await clock.advance(10_000);
  expect(await informer.waitForSync()).toBe(true);
  await holds('a');
});

test('a server that ends every stream after one event is asked ever more rarely', async () => {
  start();
  await watching();
  let events = 0;
  for (let step = 0; step < 240; step += 1) {
    for (const stream of [...server.streams]) {
      events += 1;
      server.put(configMaps, configMap(`a${events}`));
      stream.end();
      await until('the end is noticed', () => restarts.length === events);
    }
    await clock.advance(250);
    if (informer.state === 'listing' || clock.pending === 0)
      await until('it rests or watches', () => clock.pending > 0);
  }
  // A minute has passed: about one connect every three seconds at the end, and no event was lost.
  expect(events).toBeGreaterThan(10);
  expect(events).toBeLessThan(30);
  await until('the last event arrives', () => informer.cache.size >= events - 1);
});

test('a missing Kind is absent, does no harm, and is picked up when poked', async () => {
  start({ resource: widgets, required: false });
  expect(await informer.waitForSync()).toBe(true);
  expect(informer.state).toBe('absent');
  const before = server.requests.length;
  await clock.advance(20_000);
  expect(server.requests).toHaveLength(before);
  expect([informer.deafFor, informer.silentFor]).toEqual([0, 0]);
  server.serve(widgets);
  server.put(widgets, configMap('w'));
  informer.recheck();
  await holds('w');
  expect(informer.state).toBe('watching');
});

test('a missing Kind is found by itself within the retry interval', async () => {
  start({ resource: widgets, required: false });
  await until('absent', () => informer.state === 'absent' && clock.pending > 0);
  server.serve(widgets);
  await clock.advance(40_000);
  await watching();
});

test('a Kind whose CRD vanishes loses its objects', async () => {
  server.serve(widgets);
  server.put(widgets, configMap('w'));
  start({ resource: widgets, required: false });
  await watching();
  const changes: string[] = [];
  informer.cache.onChange((type) => changes.push(type));
  server.unserve(widgets);
  await until('the end is noticed', () => restarts.length === 1 && clock.pending > 0);
  await clock.advance(2_000);
  await until('absent', () => informer.state === 'absent');
  expect(changes).toEqual(['delete']);
  expect(informer.synced).toBe(false);
});

test('403 is reported, keeps the last picture and is tried again', async () => {
  server.put(configMaps, configMap('a'));
  start();
  const stream = await watching();
  await holds('a');
  server.faults.push({ act: { status: 403, body: { code: 403, reason: 'Forbidden' } } });
  stream.reset();
  await until('the reset is noticed', () => restarts.length === 1 && clock.pending > 0);
  await clock.advance(1_500);
  await until('forbidden', () => informer.state === 'forbidden' && clock.pending > 0);
  expect(informer.cache.size).toBe(1);
  expect(informer.deafFor).toBeGreaterThan(0);
  expect(informer.hasSeen('999999')).toBe(true);
  await clock.advance(40_000);
  await watching();
  expect(informer.deafFor).toBe(0);
});

test('one stream per namespace feeds one cache', async () => {
  for (const namespace of ['one', 'two', 'three']) server.put(configMaps, configMap('a', {}, namespace));
  start({ namespaces: ['one', 'two'] });
  await informer.waitForSync();
  expect(informer.cache.list().map((object) => object.metadata.namespace)).toEqual(['one', 'two']);
  await until('both watch', () => server.streams.length === 2);
  server.put(configMaps, configMap('b', {}, 'two'));
  await until('b arrives', () => informer.cache.get('two/b') !== undefined);
  const version = informer.cache.get('two/b')?.metadata.resourceVersion ?? '';
  expect([informer.hasSeen(version, 'two'), informer.hasSeen(version, 'one')]).toEqual([true, false]);
});

test('selectors and metadata-only reach the server, and strip decides what is kept', async () => {
  server.put(configMaps, {
    ...configMap('a', { big: 'x' }),
    metadata: { name: 'a', namespace: 'default', labels: { app: 'x' } },
  });
  server.put(configMaps, configMap('b'));
  start({
    labelSelector: 'app=x',
    metadataOnly: true,
    strip: ({ metadata }) => ({
      metadata: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
    }),
  });
  await holds('a');
  expect(informer.cache.get('default/a')).toEqual({
    metadata: { name: 'a', namespace: 'default', uid: expect.any(String) },
  });
});

test('stop is final: no request, no restart, no error follows', async () => {
  start();
  await watching();
  await informer.stop();
  const before = server.requests.length;
  await clock.advance(600_000);
  expect(server.requests).toHaveLength(before);
  expect(restarts).toEqual([]);
  expect(informer.state).toBe('stopped');
  expect(clock.pending).toBe(0);
});

test('stop ends a wait at once', async () => {
  server.faults.push({ times: 99, act: { status: 500 } });
  start();
  await until('it waits', () => informer.state === 'waiting');
  await informer.stop();
  expect(await informer.waitForSync(AbortSignal.abort())).toBe(false);
});
