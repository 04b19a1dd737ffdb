import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiClient, EventRecorder, eventResource, microTime } from '../src/index.ts';
import { FakeApiServer, until, VirtualClock } from '../src/testing/index.ts';

// Real sockets: a loaded machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

let server: FakeApiServer;
let client: ApiClient;
let clock: VirtualClock;
let recorder: EventRecorder;
let dropped: string[];

beforeEach(async () => {
  server = await FakeApiServer.start(eventResource);
  client = new ApiClient({ credentials: server.credentials(), retries: 0 });
  clock = new VirtualClock();
  dropped = [];
  recorder = new EventRecorder({
    client,
    controller: 'example.com/op',
    instance: 'op-1',
    clock,
    burst: 3,
    refillMs: 1_000,
    onDropped: (reason) => dropped.push(reason),
  });
});

afterEach(async () => {
  await recorder.close();
  client.close();
  await server.close();
});

function happens(reason: string, note = 'a note', uid = 'u1'): void {
  const metadata = { name: 'shop', namespace: 'default', uid };
  recorder.record({
    regarding: { apiVersion: 'v1', kind: 'Shop', metadata },
    type: 'Normal',
    reason,
    action: 'Apply',
    note,
  });
}

const events = () => server.store.list('events.k8s.io/v1/events', undefined);

test('an event carries what events.k8s.io demands', async () => {
  happens('Ready');
  await recorder.close();
  expect(events()).toHaveLength(1);
  expect(events()[0]).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.com/op',
    reportingInstance: 'op-1',
    action: 'Apply',
    reason: 'Ready',
    type: 'Normal',
    note: 'a note',
    regarding: { apiVersion: 'v1', kind: 'Shop', name: 'shop', namespace: 'default', uid: 'u1' },
  });
});

test('repeats become one series with a count, written at most once a minute', async () => {
  for (let count = 0; count < 10; count += 1) happens('Slow');
  await until('written', () => events().length === 1);
  expect(server.requests).toHaveLength(1);
  await clock.advance(60_000);
  await until('the series is written', () => server.requests.length === 2);
  await recorder.close();
  expect(events()[0]).toMatchObject({
    series: { count: 10, lastObservedTime: '2026-01-01T00:01:00.000000Z' },
  });
});

test('another object, reason or note is another event', async () => {
  happens('A');
  happens('A', 'other note');
  happens('A', 'a note', 'u2');
  await recorder.close();
  expect(events()).toHaveLength(3);
});

test('after ten minutes the same thing is news again', async () => {
  happens('A');
  await clock.advance(600_001);
  happens('A');
  await recorder.close();
  expect(events()).toHaveLength(2);
});

test('the bucket bounds a flood and refills', async () => {
  for (let index = 0; index < 10; index += 1) happens(`R${index}`);
  expect(dropped).toEqual(Array(7).fill('limit'));
  await clock.advance(2_000);
  for (let index = 10; index < 13; index += 1) happens(`R${index}`);
  expect(dropped).toHaveLength(8);
  await recorder.close();
  expect(events()).toHaveLength(5);
});

test('a failing API server is counted and nothing is thrown; the lost event gets no series', async () => {
  server.faults.push({ act: { status: 500 } });
  happens('A');
  happens('A');
  await recorder.close();
  expect(dropped).toEqual(['error']);
  expect(server.requests).toHaveLength(1);
});

test('a note longer than the API server takes is clipped, not refused', async () => {
  happens('A', '€'.repeat(2_000));
  await recorder.close();
  // Stored by the recorder under test.
  const { note } = events()[0] as unknown as { note: string };
  expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024);
  expect(note.endsWith('€…')).toBe(true);
});

test('a MicroTime always has six digits', () => {
  expect(microTime(Date.UTC(2026, 0, 1))).toBe('2026-01-01T00:00:00.000000Z');
  expect(microTime(Date.UTC(2026, 0, 1) + 1.25)).toBe('2026-01-01T00:00:00.001250Z');
});
