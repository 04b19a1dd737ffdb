import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import {
  type Append,
  type EventStore,
  type NewEvent,
  origin,
  type Position,
  rowWrite,
  type StoredEvent,
} from '../../src/store/event-store.ts';
import type { RelationalStore } from '../../src/store/relational-store.ts';
import type { TableSpec } from '../../src/store/table.ts';

const visitor = z.strictObject({ id: z.string(), fullName: z.string(), visits: z.int() });

export const visitors: TableSpec<z.output<typeof visitor>> = {
  name: 'visitors',
  columns: ['id', 'fullName', 'visits'],
  schema: visitor,
};

export const migrations = new URL('./migrations/', import.meta.url);

export function anEvent(payload: unknown = {}): NewEvent {
  return { id: randomUUID(), type: 'Tested', revision: 1, payload };
}

/** Events for a stream that is at `expected`. */
export function append(stream: string, expected: number, ...payloads: unknown[]): Append {
  return { stream, expected, events: payloads.map(anEvent) };
}

/** All events from a position on, in small pages. */
export async function readAll(store: EventStore, from: Position = origin): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (;;) {
    const page = await store.read({ after: all.at(-1)?.position ?? from, limit: 2 });
    if (page.length === 0) return all;
    all.push(...page);
  }
}

const payloadsOf = (events: readonly StoredEvent[]): unknown[] => events.map(({ payload }) => payload);

/** What every event store does. `open` answers an empty one each time; `pass` lets time go by. */
export function eventStoreSuite(
  open: () => Promise<RelationalStore>,
  pass: (milliseconds: number) => Promise<void>,
): void {
  let tables: RelationalStore;
  let store: EventStore;

  beforeEach(async () => {
    tables = await open();
    await tables.migrate(migrations);
    store = tables.events;
  });

  const commit = async (...parts: Parameters<EventStore['commit']>): Promise<string> =>
    (await store.commit(...parts)).outcome;

  describe('streams', () => {
    test('events come back as they were written, numbered from 1', async () => {
      const event = {
        ...anEvent({ text: 'ünï\u0000 "code"', list: [1, null, '\u{1f600}'], nested: { z: 1, a: 2 } }),
        publish: { topic: 'shop.test.v1', key: 'k' },
        traceparent: '00-aa-bb-01',
      } as const;
      const plain = anEvent();
      expect(await commit({ appends: [{ stream: 'a', expected: 0, events: [event, plain] }] })).toBe(
        'committed',
      );
      const { events } = await store.load('a');
      expect(events).toMatchObject([
        { ...event, stream: 'a', version: 1 },
        { ...plain, stream: 'a', version: 2 },
      ]);
      expect(JSON.stringify(events[0]?.payload)).toBe(JSON.stringify(event.payload));
      expect(new Date(events[0]?.time ?? '').toISOString()).toBe(events[0]?.time);
      expect(await store.load('b')).toEqual({ events: [] });
    });

    test.each([
      ['a stream that is further', 0],
      ['a version that is not there yet', 2],
    ])('%s is stale, and nothing of the commit is left', async (_, expected) => {
      await commit({ appends: [append('a', 0, 'first')] });
      const late = { appends: [append('b', 0, 'other'), append('a', expected, 'late')] };
      const receipt = { consumer: 'c', event: 'e' };
      const rows = [rowWrite(visitors, { id: '1', fullName: 'Ada', visits: 1 })];
      expect(await commit({ ...late, receipt, rows })).toBe('stale');
      expect(payloadsOf(await readAll(store))).toEqual(['first']);
      expect(await tables.table(visitors).get('1')).toBeUndefined();
      expect(await commit({ receipt })).toBe('committed');
    });

    test('several streams change together', async () => {
      expect(await commit({ appends: [append('b', 0, 1, 2), append('a', 0, 3)] })).toBe('committed');
      expect(await commit({ appends: [append('b', 2, 4), append('a', 1, 5)] })).toBe('committed');
      expect(payloadsOf((await store.load('b')).events)).toEqual([1, 2, 4]);
      expect(payloadsOf((await store.load('a')).events)).toEqual([3, 5]);
    });

    test('of many that append at once, one is first and the others are stale', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => commit({ appends: [append('a', 0, index)] })),
      );
      expect(outcomes.toSorted()).toEqual(['committed', ...Array.from({ length: 19 }, () => 'stale')]);
      expect((await store.load('a')).events).toHaveLength(1);
    });

    test('a snapshot saves the events before it, unless it is of another revision', async () => {
      await commit({ appends: [append('a', 0, 1, 2, 3)] });
      const snapshot = { stream: 'a', version: 2, revision: 7, state: { sum: 3 } };
      await commit({ snapshots: [snapshot] });
      expect(await store.load('a', 7)).toMatchObject({ snapshot, events: [{ payload: 3 }] });
      expect((await store.load('a', 8)).events).toHaveLength(3);
      expect(await store.load('a', 8)).not.toHaveProperty('snapshot');
      expect((await store.load('a')).events).toHaveLength(3);
      await commit({ snapshots: [{ ...snapshot, version: 1, state: 'older' }] });
      expect(await store.load('a', 7)).toMatchObject({ snapshot });
      await commit({ snapshots: [{ ...snapshot, version: 3, state: 'newer' }] });
      expect(await store.load('a', 7)).toEqual({
        events: [],
        snapshot: { ...snapshot, version: 3, state: 'newer' },
      });
    });
  });

  describe('what changes together with events', () => {
    test('a message is handled once a consumer', async () => {
      const receipt = { consumer: 'c', event: 'e' };
      expect(await commit({ receipt, appends: [append('a', 0, 1)] })).toBe('committed');
      expect(await commit({ receipt, appends: [append('a', 1, 2)] })).toBe('received');
      expect(await commit({ receipt: { ...receipt, consumer: 'd' }, appends: [append('a', 1, 3)] })).toBe(
        'committed',
      );
      expect(payloadsOf((await store.load('a')).events)).toEqual([1, 3]);
    });

    test('the same message twice at once has its effect once', async () => {
      const receipt = { consumer: 'c', event: 'e' };
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          commit({ receipt, appends: [append(`s${index}`, 0, index)] }),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'received')).toHaveLength(9);
      expect(await readAll(store)).toHaveLength(1);
    });

    test('an answer is kept byte for byte, and the first one stays', async () => {
      const answer = {
        scope: 's',
        key: 'k',
        fingerprint: 'f',
        status: 201,
        headers: { location: '/x' },
        body: '{"a": "ü"}\n',
      };
      expect(await commit({ answer, appends: [append('a', 0, 1)] })).toBe('committed');
      expect(await commit({ answer: { ...answer, body: 'other' }, appends: [append('a', 1, 2)] })).toBe(
        'answered',
      );
      expect(await store.answerOf('s', 'k')).toEqual(answer);
      expect(await store.answerOf('other', 'k')).toBeUndefined();
      expect((await store.load('a')).events).toHaveLength(1);
    });

    test('a row is replaced, and the last of two writes counts', async () => {
      const row = { id: '1', fullName: 'Ada', visits: 1 };
      await commit({ rows: [rowWrite(visitors, row), rowWrite(visitors, { ...row, id: '2' })] });
      await commit({
        rows: [rowWrite(visitors, { ...row, visits: 2 }), rowWrite(visitors, { ...row, visits: 3 })],
      });
      expect(await tables.table(visitors).list({ limit: 9 })).toEqual([
        { ...row, visits: 3 },
        { ...row, id: '2' },
      ]);
    });

    test('a dead letter is kept once, with its cause, until it is redeemed once', async () => {
      const deadLetter = {
        consumer: 'c',
        event: 'e',
        topic: 'shop.test.v1',
        key: 'k',
        message: { value: 'x' },
        errorClass: 'RangeError',
        error: 'too far',
        attempts: 3,
      };
      const receipt = { consumer: 'c', event: 'e' };
      expect(await commit({ receipt, deadLetter })).toBe('committed');
      expect(await commit({ receipt, deadLetter: { ...deadLetter, attempts: 4 } })).toBe('received');
      expect(await commit({ receipt, appends: [append('a', 0, 'again')] })).toBe('received');
      expect(await store.deadLetters({ consumer: 'c', limit: 9 })).toEqual([
        { ...deadLetter, time: expect.any(String) },
      ]);
      expect(await store.deadLetters({ consumer: 'd', limit: 9 })).toEqual([]);
      expect(await store.deadLetters({ consumer: 'c', event: 'e', limit: 9 })).toHaveLength(1);
      expect(await store.deadLetters({ consumer: 'c', event: 'other', limit: 9 })).toEqual([]);
      const healed = await Promise.all(
        [1, 2, 3].map((index) => commit({ redeems: receipt, appends: [append(`s${index}`, 0, index)] })),
      );
      expect(healed.toSorted()).toEqual(['committed', 'received', 'received']);
      expect(await store.deadLetters({ consumer: 'c', limit: 9 })).toEqual([]);
      expect(await commit({ receipt, appends: [append('a', 0, 'again')] })).toBe('received');
      expect(await readAll(store)).toHaveLength(1);
    });

    test('timers come by their dates, move when they are set again, and are had once', async () => {
      const timer = (id: string, second: number, name = 'n') => ({
        name,
        id,
        due: `2026-01-01T00:00:0${second}.500Z`,
      });
      const next = (limit = 9) => store.nextTimers(['n', 'm'], limit);
      await commit({ timers: [timer('b', 2), timer('c', 3), timer('a', 1, 'm'), timer('x', 0, 'other')] });
      expect(await next()).toEqual([timer('a', 1, 'm'), timer('b', 2), timer('c', 3)]);
      await commit({ timers: [timer('b', 8), timer('b', 9)] });
      expect(await next(2)).toEqual([timer('a', 1, 'm'), timer('c', 3)]);
      expect(await commit({ fired: timer('b', 2), appends: [append('s', 0, 1)] })).toBe('received');
      const had = await Promise.all(
        [0, 1, 2].map((index) => commit({ fired: timer('c', 3), appends: [append(`s${index}`, 0, index)] })),
      );
      expect(had.toSorted()).toEqual(['committed', 'received', 'received']);
      expect(await next()).toEqual([timer('a', 1, 'm'), timer('b', 9)]);
      expect(await readAll(store)).toHaveLength(1);
      await commit({ fired: timer('a', 1, 'm'), timers: [timer('d', 4)] });
      expect(await next()).toEqual([timer('d', 4), timer('b', 9)]);
    });

    test('messages are published in their order, each id once', async () => {
      const messages = ['z', 'b', 'm'].map((id) => ({
        ...anEvent(id),
        id,
        publish: { topic: 'shop.test.v1' as const, key: 'k' },
      }));
      expect(await commit({ messages, appends: [append('a', 0, 'first')] })).toBe('committed');
      expect(payloadsOf(await readAll(store))).toEqual(['first', 'z', 'b', 'm']);
      expect(await commit({ messages: messages.slice(1), appends: [append('a', 1, 2)] })).toBe('stale');
    });

    test('a commit of nothing is committed', async () => {
      expect(await commit({})).toBe('committed');
      expect(await commit({ appends: [append('a', 0)], rows: [], snapshots: [] })).toBe('committed');
      expect(await readAll(store)).toEqual([]);
    });
  });

  describe('the order of all events', () => {
    test('is the same for every reader, from any place', async () => {
      for (let round = 0; round < 5; round += 1)
        await commit({ appends: [append('a', round, `a${round}`), append('b', round, `b${round}`)] });
      const all = await readAll(store);
      expect(payloadsOf(all)).toEqual([0, 1, 2, 3, 4].flatMap((round) => [`a${round}`, `b${round}`]));
      expect(await readAll(store)).toEqual(all);
      expect(await readAll(store, all[3]?.position)).toEqual(all.slice(4));
    });

    test('holds while many write: a reader meets every event once, each stream in order', async () => {
      const writing = { done: false };
      const writers = Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let version = 0; version < 25; version += 1)
            await commit({
              appends: [append(`s${writer}`, version, version), append('hot', version, writer)],
            });
          for (let version = 0; version < 25; version += 1)
            await commit({ appends: [append(`t${writer}`, version, version)] });
        }),
      ).finally(() => {
        writing.done = true;
      });
      const seen: StoredEvent[] = [];
      for (let last = false; !last; ) {
        last = writing.done;
        for (;;) {
          const page = await store.read({ after: seen.at(-1)?.position ?? origin, limit: 7 });
          if (page.length === 0) break;
          seen.push(...page);
        }
      }
      await writers;
      // What the last transactions left in flight settles when they end.
      await vi.waitFor(async () => {
        const rest = await store.read({ after: seen.at(-1)?.position ?? origin, limit: 1000 });
        seen.push(...rest);
        expect(await readAll(store)).toEqual(seen);
      });
      for (const [, events] of Map.groupBy(seen, ({ stream }) => stream))
        expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    });
  });

  describe('followers', () => {
    const follow = (owner: string, more: { done?: Position; limit?: number } = {}) =>
      store.follow({ name: 'f', owner, leaseMs: 400, limit: 10, ...more });

    test('a follower gets what it has not done, again and again', async () => {
      await commit({ appends: [append('a', 0, 1, 2, 3)] });
      const first = await follow('me', { limit: 2 });
      expect(first).toMatchObject({ leads: true, from: origin, events: [{ payload: 1 }, { payload: 2 }] });
      expect(await follow('me', { limit: 2 })).toEqual(first);
      const done = first.leads ? first.events[1]?.position : undefined;
      if (done === undefined) throw new Error('no events');
      expect(await follow('me', { done })).toMatchObject({
        leads: true,
        from: done,
        events: [{ payload: 3 }],
      });
      expect(await follow('me', { done: origin })).toMatchObject({ from: done });
    });

    test('one leads until its lease ends or it gives up; then the next goes on at its place', async () => {
      await commit({ appends: [append('a', 0, 1, 2)] });
      const [first] = await store.read({ after: origin, limit: 1 });
      if (first === undefined) throw new Error('no event');
      expect(await follow('me')).toMatchObject({ leads: true });
      expect(await follow('you')).toEqual({ leads: false });
      await follow('me', { done: first.position });
      await pass(450);
      expect(await follow('you')).toMatchObject({ leads: true, from: first.position });
      expect(await follow('me')).toEqual({ leads: false });
      await store.release({ name: 'f', owner: 'me' });
      expect(await follow('me')).toEqual({ leads: false });
      await store.release({ name: 'f', owner: 'you' });
      expect(await follow('me')).toMatchObject({ leads: true, from: first.position });
    });

    test('who lost the lead cannot move the place', async () => {
      await commit({ appends: [append('a', 0, 1)] });
      const [event] = await readAll(store);
      await follow('me');
      await store.release({ name: 'f', owner: 'me' });
      await follow('you');
      await store.release({ name: 'f', owner: 'you' });
      expect(await follow('me', { done: event?.position ?? origin })).toMatchObject({ from: origin });
    });

    test('a place can move together with rows, from where it is thought to be', async () => {
      await commit({ appends: [append('a', 0, 1, 2)] });
      const [first, second] = await readAll(store);
      if (first === undefined || second === undefined) throw new Error('no events');
      const rows = [rowWrite(visitors, { id: '1', fullName: 'Ada', visits: 1 })];
      expect(await commit({ progress: { name: 'f', from: first.position, to: second.position }, rows })).toBe(
        'stale',
      );
      expect(await tables.table(visitors).get('1')).toBeUndefined();
      expect(await commit({ progress: { name: 'f', from: origin, to: first.position }, rows })).toBe(
        'committed',
      );
      expect(await commit({ progress: { name: 'f', from: origin, to: first.position }, rows })).toBe('stale');
      expect(await follow('me')).toMatchObject({ leads: true, from: first.position });
      expect(await commit({ progress: { name: 'f', from: first.position, to: second.position } })).toBe(
        'committed',
      );
      expect(await follow('me')).toMatchObject({ from: second.position, events: [] });
    });

    test('a listener is woken by commits of events', async () => {
      const wake = vi.fn();
      const listening = await store.listen('events', wake);
      onTestFinished(() => listening.stop());
      const before = wake.mock.calls.length;
      await commit({ appends: [append('a', 0, 1)] });
      await vi.waitFor(() => expect(wake.mock.calls.length).toBeGreaterThan(before));
    });
  });
}
