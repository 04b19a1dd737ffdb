import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  ApiClient,
  ApiError,
  ConnectionError,
  isConflict,
  isNotFound,
  WriteRefusedError,
} from '../src/index.ts';
import { FakeApiServer, until, VirtualClock } from '../src/testing/index.ts';
import type { ConfigMap } from './kinds.ts';
import { configMap, configMaps } from './kinds.ts';

// Real sockets: a loaded machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

let server: FakeApiServer;
let client: ApiClient;

beforeEach(async () => {
  server = await FakeApiServer.start(configMaps);
  client = new ApiClient({ credentials: server.credentials(), userAgent: 'test/1', fieldManager: 'tester' });
});

afterEach(async () => {
  client.close();
  await server.close();
});

function lastRequest() {
  const last = server.requests.at(-1);
  if (last === undefined) throw new Error('no request was seen');
  return last;
}

test('apply sends a server-side apply with manager, force and the whole body', async () => {
  const object = { ...configMap('a', { x: '1' }), brandNewField: { nested: [1] } };
  const stored = await client.apply<ConfigMap>(configMaps, object, { force: true });
  expect(stored.data).toEqual({ x: '1' });
  const { method, path, query, headers, body } = lastRequest();
  expect([method, path]).toEqual(['PATCH', '/api/v1/namespaces/default/configmaps/a']);
  expect(headers['content-type']).toBe('application/apply-patch+yaml');
  expect(headers['user-agent']).toBe('test/1');
  expect(Object.fromEntries(query)).toEqual({ fieldManager: 'tester', force: 'true' });
  expect(JSON.parse(body)).toEqual({ ...object, apiVersion: 'v1', kind: 'ConfigMap' });
});

test('a dry run says so, and status goes to its subresource', async () => {
  await client.apply(configMaps, configMap('a'), { dryRun: true });
  expect(lastRequest().query.get('dryRun')).toBe('All');
  await client.applyStatus(configMaps, configMap('a'));
  expect(lastRequest().path).toMatch(/\/configmaps\/a\/status$/);
  await client.patchStatus(configMaps, { namespace: 'default', name: 'a' }, { phase: 'x' });
  expect(lastRequest().headers['content-type']).toBe('application/merge-patch+json');
  expect(JSON.parse(lastRequest().body)).toEqual({ status: { phase: 'x' } });
});

test('a list is read in pages and put together', async () => {
  for (let index = 0; index < 1_203; index += 1) server.put(configMaps, configMap(`a${index}`));
  const { items, resourceVersion } = await client.list(configMaps);
  expect(items).toHaveLength(1_203);
  expect(resourceVersion).toBe(String(server.store.version));
  expect(server.requests.map((request) => request.query.get('continue'))).toEqual([null, '500', '1000']);
});

test('a continue token that expires on the way starts one unpaged list anew', async () => {
  for (let index = 0; index < 700; index += 1) server.put(configMaps, configMap(`a${index}`));
  server.faults.push({
    match: ({ query }) => query.has('continue'),
    act: { status: 410, body: { reason: 'Expired' } },
  });
  const { items } = await client.list(configMaps);
  expect(new Set(items.map((item) => item.metadata.name)).size).toBe(700);
  expect(items).toHaveLength(700);
  expect(lastRequest().query.has('limit')).toBe(false);
});

test('metadata only asks for no spec and no data', async () => {
  server.put(configMaps, configMap('a', { secret: 'x' }));
  const { items } = await client.list<ConfigMap>(configMaps, {
    metadataOnly: true,
    labelSelector: undefined,
  });
  expect(lastRequest().headers.accept).toContain('as=PartialObjectMetadataList');
  expect(items[0]?.data).toBeUndefined();
});

test('delete sends its preconditions, tells gone from deleted, and rejects a conflict', async () => {
  const ref = { namespace: 'default', name: 'a' };
  const { metadata } = server.put(configMaps, configMap('a'));
  await expect(client.delete(configMaps, ref, { uid: 'another' })).rejects.toSatisfy(isConflict);
  expect(
    await client.delete(configMaps, ref, { uid: metadata.uid, resourceVersion: metadata.resourceVersion }),
  ).toBe(true);
  expect(JSON.parse(lastRequest().body)).toMatchObject({
    propagationPolicy: 'Background',
    preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion },
  });
  expect(await client.delete(configMaps, ref)).toBe(false);
});

test('a refusal carries status, reason, message and details', async () => {
  const details = { name: 'a', causes: [{ field: 'spec.x', message: 'must be y' }] };
  const body = { code: 422, reason: 'Invalid', message: 'spec.x: must be y', details };
  server.faults.push({ act: { status: 422, body } });
  const error = await client.create(configMaps, configMap('a')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 422, reason: 'Invalid', message: 'spec.x: must be y', details });
  await expect(client.get(configMaps, { namespace: 'default', name: 'no' })).rejects.toSatisfy(isNotFound);
});

test('a proxy that answers in plain text is quoted', async () => {
  server.faults.push({ act: { status: 502, body: 'upstream is down' } });
  await expect(client.list(configMaps)).rejects.toThrow('upstream is down');
});

test('429 waits as long as the server asks, then repeats', async () => {
  const clock = new VirtualClock();
  client = new ApiClient({ credentials: server.credentials(), clock, random: () => 0 });
  server.faults.push({ times: 2, act: { status: 429, headers: { 'retry-after': '3' } } });
  const listing = client.list(configMaps);
  await until('first answer', () => server.requests.length === 1 && clock.pending === 1);
  await clock.advance(2_999);
  expect(server.requests).toHaveLength(1);
  await clock.advance(1);
  await until('second answer', () => server.requests.length === 2 && clock.pending === 1);
  await clock.advance(3_000);
  expect((await listing).items).toEqual([]);
  expect(server.requests).toHaveLength(3);
});

test('429 for ever is given up after the retries allowed', async () => {
  client = new ApiClient({ credentials: server.credentials(), retries: 2 });
  server.faults.push({ times: 99, act: { status: 429, headers: { 'retry-after': '0' } } });
  await expect(client.list(configMaps)).rejects.toMatchObject({ status: 429 });
  expect(server.requests).toHaveLength(3);
});

test('a 500 without Retry-After is not repeated: the caller decides', async () => {
  server.faults.push({ act: { status: 500 } });
  await expect(client.list(configMaps)).rejects.toMatchObject({ status: 500 });
  expect(server.requests).toHaveLength(1);
});

test('401 renews the credentials once and repeats', async () => {
  server.token = 'second';
  expect((await client.list(configMaps)).items).toEqual([]);
  expect(server.requests).toHaveLength(2);
  server.faults.push({ times: 9, act: { status: 401 } });
  await expect(client.list(configMaps)).rejects.toMatchObject({ status: 401 });
  expect(server.requests).toHaveLength(4);
});

test('a reset and half a body are connection errors, and nothing is repeated blindly', async () => {
  server.faults.push({ act: 'reset' }, { act: 'half' });
  await expect(client.create(configMaps, configMap('a'))).rejects.toBeInstanceOf(ConnectionError);
  server.put(configMaps, configMap('b'));
  const ref = { namespace: 'default', name: 'b' };
  await expect(client.get(configMaps, ref)).rejects.toBeInstanceOf(ConnectionError);
  expect(server.requests).toHaveLength(2);
});

test('a server that never answers is given up after the time limit', async () => {
  client = new ApiClient({ credentials: server.credentials(), timeoutMs: 30 });
  server.faults.push({ act: 'hang' });
  await expect(client.list(configMaps)).rejects.toBeInstanceOf(ConnectionError);
});

test("the caller's abort ends the request", async () => {
  server.faults.push({ act: 'hang' });
  const controller = new AbortController();
  const listing = client.list(configMaps, { signal: controller.signal });
  await until('the request arrives', () => server.requests.length === 1);
  controller.abort(new Error('enough'));
  await expect(listing).rejects.toThrow('enough');
});

test('a fenced client refuses writes before they leave, and still reads', async () => {
  const fenced = client.fork({
    beforeWrite: () => {
      throw new WriteRefusedError('not the leader');
    },
  });
  await expect(fenced.apply(configMaps, configMap('a'))).rejects.toBeInstanceOf(WriteRefusedError);
  expect(server.requests).toHaveLength(0);
  expect((await fenced.list(configMaps)).items).toEqual([]);
  fenced.close();
});

test('a write that waits for its connection is refused when the right to send it is lost meanwhile', async () => {
  let leads = true;
  const beforeWrite = (): void => {
    if (!leads) throw new WriteRefusedError('not the leader');
  };
  const fenced = client.fork({ beforeWrite, maxSockets: 1 });
  server.faults.push({ act: 'hang' });
  const controller = new AbortController();
  const first = fenced.list(configMaps, { signal: controller.signal });
  await until('the request arrives', () => server.requests.length === 1);
  const second = fenced.apply(configMaps, configMap('a'));
  leads = false;
  controller.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  await expect(second).rejects.toBeInstanceOf(WriteRefusedError);
  expect(server.requests).toHaveLength(1);
  fenced.close();
});

test('connections that died while idle are replaced without the caller noticing', async () => {
  const ref = { namespace: 'default', name: 'a' };
  await client.apply(configMaps, configMap('a'));
  await Promise.all(Array.from({ length: 12 }, () => client.get(configMaps, ref)));
  server.cutAll();
  expect((await client.apply<ConfigMap>(configMaps, configMap('a', { x: '1' }))).data).toEqual({ x: '1' });
  expect((await client.get<ConfigMap>(configMaps, ref)).data).toEqual({ x: '1' });
});

test('a create is never sent twice: on a dead connection the caller decides', async () => {
  await client.list(configMaps);
  server.cutAll();
  await expect(client.create(configMaps, configMap('a'))).rejects.toBeInstanceOf(ConnectionError);
  expect(server.requests).toHaveLength(1);
});

test('a request whose caller has given up already is not sent', async () => {
  await expect(client.list(configMaps, { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow(
    'over',
  );
  expect(server.requests).toHaveLength(0);
});

test('a Retry-After beyond reason is cut to thirty seconds', async () => {
  const clock = new VirtualClock();
  client = new ApiClient({ credentials: server.credentials(), clock, random: () => 0 });
  server.faults.push({ act: { status: 503, headers: { 'retry-after': '86400' } } });
  const listing = client.list(configMaps);
  await until('first answer', () => server.requests.length === 1 && clock.pending === 1);
  await clock.advance(30_000);
  expect((await listing).items).toEqual([]);
});
