import { expect, test, vi } from 'vitest';
import { Permanent } from '../../src/events/failure.ts';
import { createInbox, deadLetterTopic, type Incoming } from '../../src/events/inbox.ts';
import { type Effect, type EventStore, origin } from '../../src/store/event-store.ts';
import { createMemoryTables } from '../../src/store/table-memory.ts';
import { Unavailable } from '../../src/store/unavailable.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { anEvent } from '../store/event-store.suite.ts';

const message: Incoming = { id: 'm', topic: 'shop.test.v1', key: 'k', traceparent: '00-aa-bb-01' };

function anInbox(store: EventStore = createMemoryTables().events) {
  const pauses: number[] = [];
  const pause = async (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds);
  };
  const metrics = { countDeadLetter: vi.fn() };
  return {
    store,
    pauses,
    metrics,
    inbox: createInbox({ consumer: 'c', store, pause, log: silentLog, metrics }),
  };
}

/** Counts how often it came, in the stream `a`. */
function counting(store: EventStore) {
  const counter = { asked: 0 };
  const decide = async (): Promise<Effect> => {
    counter.asked += 1;
    const { events } = await store.load('a');
    return { appends: [{ stream: 'a', expected: events.length, events: [anEvent(counter.asked)] }] };
  };
  return { counter, decide };
}

test('a message has its effect once, however often it comes', async () => {
  const { store, inbox } = anInbox();
  const { decide } = counting(store);
  const taken = await Promise.all([1, 2, 3].map(() => inbox.take(message, decide)));
  expect(taken.toSorted()).toEqual(['committed', 'received', 'received']);
  expect(await inbox.take(message, decide)).toBe('received');
  expect(await inbox.take({ ...message, id: 'n' }, decide)).toBe('committed');
  expect((await store.load('a')).events).toHaveLength(2);
});

test('what follows from a message belongs to its trace', async () => {
  const { store, inbox } = anInbox();
  const publish = { topic: 'shop.test.v1', key: 'k' } as const;
  await inbox.take(message, async () => ({
    appends: [{ stream: 'a', expected: 0, events: [anEvent()] }],
    messages: [{ ...anEvent(), publish, traceparent: 'its own' }],
  }));
  const written = await store.read({ after: origin, limit: 9 });
  expect(written.map(({ traceparent }) => traceparent)).toEqual([message.traceparent, 'its own']);
});

test('a message that is not meant is passed by and leaves nothing', async () => {
  const { store, inbox } = anInbox();
  expect(await inbox.take(message, async () => undefined)).toBe('passed');
  expect(await inbox.take(message, counting(store).decide)).toBe('committed');
});

test('a decision that another commit made stale is made again', async () => {
  const { store, inbox } = anInbox();
  const { counter, decide } = counting(store);
  const overtaken = async (): Promise<Effect> => {
    const effect = await decide();
    if (counter.asked < 4)
      await store.commit({ appends: [{ ...(await nextOf(store)), events: [anEvent('other')] }] });
    return effect;
  };
  expect(await inbox.take(message, overtaken)).toBe('committed');
  expect((await store.load('a')).events.map(({ payload }) => payload)).toEqual([
    'other',
    'other',
    'other',
    4,
  ]);
});

async function nextOf(store: EventStore) {
  return { stream: 'a', expected: (await store.load('a')).events.length };
}

test('an error that may pass is tried again, a few times and with growing pauses', async () => {
  const { store, inbox, pauses } = anInbox();
  const { counter, decide } = counting(store);
  const stumbling = async () => {
    const effect = await decide();
    if (counter.asked < 3) throw new Error('not now');
    return effect;
  };
  expect(await inbox.take(message, stumbling)).toBe('committed');
  expect(pauses).toEqual([50, 100]);
});

test.each([
  ['that does not pass', new Error('broken'), 'Error', 4],
  ['that cannot pass', new Permanent('malformed'), 'Permanent', 1],
])('an error %s makes one dead letter with its cause', async (_, error, errorClass, attempts) => {
  const { store, inbox, metrics } = anInbox();
  const failing = async () => {
    throw error;
  };
  expect(await inbox.take(message, failing)).toBe('parked');
  expect(await inbox.take(message, failing)).toBe('received');
  expect(metrics.countDeadLetter.mock.calls).toEqual([['c']]);
  const letters = await store.deadLetters({ consumer: 'c', limit: 9 });
  const cause = {
    consumer: 'c',
    event: 'm',
    topic: 'shop.test.v1',
    key: 'k',
    errorClass,
    error: error.message,
    attempts,
  };
  expect(letters).toMatchObject([{ ...cause, message }]);
  expect(await store.read({ after: origin, limit: 9 })).toMatchObject([
    { type: 'MessageParked', payload: cause, publish: { topic: deadLetterTopic, key: 'k' } },
  ]);
});

test('a message that was handled is never parked by a copy of it that fails', async () => {
  const { store, inbox } = anInbox();
  await inbox.take(message, counting(store).decide);
  const failing = async () => {
    throw new Permanent('the state has moved on');
  };
  expect(await inbox.take(message, failing)).toBe('received');
  expect(await store.deadLetters({ consumer: 'c', limit: 9 })).toEqual([]);
});

test('a dead letter heals once; when it fails again it stays', async () => {
  const { store, inbox } = anInbox();
  await inbox.park(message, new Error('broken'), 1);
  const failing = async () => {
    throw new Error('still broken');
  };
  await expect(inbox.redeem(message, failing)).rejects.toThrow('still broken');
  expect(await store.deadLetters({ consumer: 'c', limit: 9 })).toHaveLength(1);
  const { decide } = counting(store);
  expect(await inbox.redeem(message, decide)).toBe('committed');
  expect(await inbox.redeem(message, decide)).toBe('received');
  expect(await inbox.take(message, decide)).toBe('received');
  expect((await store.load('a')).events).toHaveLength(1);
});

test('while the store is away nothing is parked: the message must come again', async () => {
  const { store, inbox } = anInbox();
  const away = async () => {
    throw new Unavailable('connection refused');
  };
  await expect(inbox.take(message, away)).rejects.toThrow('connection refused');
  expect(await store.deadLetters({ consumer: 'c', limit: 9 })).toEqual([]);
  expect(await inbox.take(message, counting(store).decide)).toBe('committed');
});

test('texts that the database cannot hold are no reason to come again for ever', async () => {
  const { store, inbox } = anInbox();
  await inbox.park({ ...message, id: 'a\u0000b', key: '\u0000' }, new Error('x\u0000'.repeat(5000)), 1);
  const [letter] = await store.deadLetters({ consumer: 'c', limit: 9 });
  expect(letter).toMatchObject({ event: 'a\uFFFDb', key: '\uFFFD' });
  expect(letter?.error.length).toBe(1000);
});
