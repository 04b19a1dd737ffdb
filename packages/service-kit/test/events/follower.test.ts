import { expect, onTestFinished, test, vi } from 'vitest';
import type { BusEvent, EventBus } from '../../src/bus/event-bus.ts';
import { createMemoryBus } from '../../src/bus/event-bus-memory.ts';
import { type FollowerSpec, startFollower } from '../../src/events/follower.ts';
import { createRelay } from '../../src/events/relay.ts';
import { systemClock, systemPause } from '../../src/sources.ts';
import type { EventStore, StoredEvent } from '../../src/store/event-store.ts';
import { createMemoryTables } from '../../src/store/table-memory.ts';
import { anEvent, append } from '../store/event-store.suite.ts';

function follow(store: EventStore, handle: FollowerSpec['handle'], owner = 'me') {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const follower = startFollower({ name: 'f', owner, store, pause: systemPause, handle, onError, batch: 3 });
  onTestFinished(() => follower.stop());
  return { follower, errors };
}

/** A handler that keeps what it gets; it fails where `fails` says so. */
function keeping(fails: (seen: readonly unknown[]) => boolean = () => false) {
  const seen: unknown[] = [];
  const handle = async (events: readonly StoredEvent[]): Promise<void> => {
    if (fails(seen)) throw new Error('not now');
    seen.push(...events.map(({ payload }) => payload));
  };
  return { seen, handle };
}

const aStore = (): EventStore => createMemoryTables(systemClock).events;

test('it gets what was there before, in batches, and is woken for what comes', async () => {
  const store = aStore();
  await store.commit({ appends: [append('a', 0, 1, 2, 3, 4, 5, 6, 7)] });
  const { seen, handle } = keeping();
  follow(store, handle);
  await vi.waitFor(() => expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]));
  const startedAt = performance.now();
  await store.commit({ appends: [append('a', 7, 8)] });
  await vi.waitFor(() => expect(seen).toHaveLength(8));
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

test('a batch costs one question to the store', async () => {
  const store = aStore();
  await store.commit({ appends: [append('a', 0, 1, 2, 3, 4, 5, 6)] });
  const questions = vi.spyOn(store, 'follow');
  const { seen, handle } = keeping();
  follow(store, handle);
  await vi.waitFor(() => expect(seen).toHaveLength(6));
  await vi.waitFor(() => expect(questions).toHaveBeenCalledTimes(3));
});

test('a batch that fails comes again, and none is left out', async () => {
  const store = aStore();
  await store.commit({ appends: [append('a', 0, 1, 2, 3, 4)] });
  let failures = 2;
  const { seen, handle } = keeping((before) => {
    if (before.length !== 3 || failures === 0) return false;
    failures -= 1;
    return true;
  });
  const { errors } = follow(store, handle);
  await vi.waitFor(() => expect(seen).toEqual([1, 2, 3, 4]), { timeout: 5000 });
  expect(errors.map(String)).toEqual(['Error: not now', 'Error: not now']);
});

test('after an orderly stop the next goes on at once, and nothing comes twice', async () => {
  const store = aStore();
  await store.commit({ appends: [append('a', 0, 1, 2)] });
  const first = keeping();
  const { follower } = follow(store, first.handle, 'first');
  await vi.waitFor(() => expect(first.seen).toEqual([1, 2]));
  await follower.stop();
  await store.commit({ appends: [append('a', 2, 3)] });
  const second = keeping();
  follow(store, second.handle, 'second');
  await vi.waitFor(() => expect(second.seen).toEqual([3]));
});

test('one process leads at a time', async () => {
  const store = aStore();
  const [first, second] = [keeping(), keeping()];
  follow(store, first.handle, 'first');
  follow(store, second.handle, 'second');
  for (let version = 0; version < 20; version += 1)
    await store.commit({ appends: [append('a', version, version)] });
  await vi.waitFor(() => expect([...first.seen, ...second.seen]).toHaveLength(20));
  expect([first.seen.length, second.seen.length].toSorted((left, right) => left - right)).toEqual([0, 20]);
});

test('a store that is away is asked again', async () => {
  const store = aStore();
  await store.commit({ appends: [append('a', 0, 1)] });
  vi.spyOn(store, 'follow').mockRejectedValueOnce(new Error('connection refused'));
  const { seen, handle } = keeping();
  const { errors } = follow(store, handle);
  await vi.waitFor(() => expect(seen).toEqual([1]));
  expect(errors).toHaveLength(1);
});

/** A bus that keeps what is published, and loses the acknowledgement where `fails` says so. */
function aBus(fails: () => boolean = () => false) {
  const published: BusEvent[] = [];
  const bus: EventBus = {
    ...createMemoryBus(),
    publish: async (events) => {
      published.push(...events);
      if (fails()) throw new Error('no acknowledgement');
    },
  };
  return { bus, published };
}

test('the relay publishes what is meant for others, as it was written', async () => {
  const store = aStore();
  const publish = { topic: 'shop.test.v1', key: 'k' } as const;
  const event = { ...anEvent({ n: 1 }), revision: 2, publish, traceparent: '00-aa-bb-01' };
  await store.commit({ appends: [{ stream: 'a', expected: 0, events: [anEvent('private'), event] }] });
  const { bus, published } = aBus();
  follow(store, createRelay(bus, 'test-service'));
  await vi.waitFor(() => expect(published).toHaveLength(1));
  const { id, type, revision, payload, traceparent } = event;
  const time = expect.any(String);
  expect(published).toEqual([
    { id, type, revision, payload, traceparent, ...publish, source: 'test-service', time },
  ]);
});

test('a lost acknowledgement repeats events under the same ids, first ones in order', async () => {
  const store = aStore();
  const messages = Array.from({ length: 8 }, (_, index) => ({
    ...anEvent(index),
    publish: { topic: 'shop.test.v1' as const, key: 'k' },
  }));
  await store.commit({ messages });
  let calls = 0;
  const { bus, published } = aBus(() => {
    calls += 1;
    return calls % 2 === 1 && calls < 4;
  });
  follow(store, createRelay(bus, 'test-service'));
  await vi.waitFor(() => expect(published.at(-1)?.payload).toBe(7), { timeout: 5000 });
  expect(published.length).toBeGreaterThan(8);
  expect([...new Set(published.map(({ id }) => id))]).toEqual(messages.map(({ id }) => id));
});
