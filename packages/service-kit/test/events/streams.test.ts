import { beforeEach, expect, test } from 'vitest';
import { openStreams, type StreamFamily, saying, together } from '../../src/events/streams.ts';
import { type EventStore, rowWrite } from '../../src/store/event-store.ts';
import type { RelationalStore } from '../../src/store/relational-store.ts';
import { createMemoryTables } from '../../src/store/table-memory.ts';
import { visitors } from '../store/event-store.suite.ts';

type Visited = { readonly type: 'Visited'; readonly data: { readonly times: number } };

const visits: StreamFamily<number, Visited> = {
  name: 'visit',
  initialState: 0,
  evolve: (sum, { data }) => sum + data.times,
  types: { Visited: [] },
  rows: (id, sum) => [rowWrite(visitors, { id, fullName: `visitor ${id}`, visits: sum })],
  snapshots: { every: 3, revision: 1 },
};

const visited = (times: number): Visited => ({ type: 'Visited', data: { times } });

let tables: RelationalStore;
let store: EventStore;

beforeEach(() => {
  tables = createMemoryTables();
  store = tables.events;
});

test('a stream that is not there is at version 0, and what is appended is there when it is read again', async () => {
  const streams = openStreams(visits, store);
  const held = await streams.load('1');
  expect(held).toEqual({ id: '1', version: 0, state: 0 });
  const effect = streams.append(held, [visited(2), visited(3)]);
  expect((await streams.load('1')).version).toBe(0);
  await store.commit(effect);
  expect(await streams.load('1')).toEqual({ id: '1', version: 2, state: 5 });
  expect(await tables.table(visitors).get('1')).toMatchObject({ visits: 5 });
  expect(await store.commit(effect)).toEqual({ outcome: 'stale' });
  expect(streams.append(held, [])).toEqual({});
});

test('deciding again gives the same ids', async () => {
  const streams = openStreams(visits, store);
  const held = await streams.load('1');
  const publish = { topic: 'shop.test.v1', key: '1' } as const;
  const say = () => saying(streams.append(held, [visited(1), visited(1)]), publish, [visited(1), visited(2)]);
  expect(say()).toEqual(say());
  expect(say().appends?.[0]?.events.map(({ id }) => id)).toEqual(['visit/1@1', 'visit/1@2']);
  expect(say().messages?.map(({ id }) => id)).toEqual(['visit/1@1.0', 'visit/1@1.1']);
  expect(() => saying({}, publish, [visited(1)])).toThrow('there are none');
});

test('a snapshot is kept every so many events and saves reading them; another revision is not trusted', async () => {
  const streams = openStreams(visits, store);
  for (let times = 1; times <= 7; times += 1)
    await store.commit(streams.append(await streams.load('1'), [visited(times)]));
  expect(await store.load('visit/1', 1)).toMatchObject({
    snapshot: { version: 6, state: 21 },
    events: [{ version: 7 }],
  });
  expect(await streams.load('1')).toEqual({ id: '1', version: 7, state: 28 });
  const changed = { ...visits, evolve: (sum: number) => sum + 1, snapshots: { every: 3, revision: 2 } };
  expect((await openStreams(changed, store).load('1')).state).toBe(7);
});

test('older payloads are brought up to date; newer and unknown ones are refused', async () => {
  const streams = openStreams(visits, store);
  await store.commit({
    appends: [
      { stream: 'visit/1', expected: 0, events: [{ id: 'x', type: 'Visited', revision: 1, payload: 4 }] },
    ],
  });
  const upcasting = { ...visits, types: { Visited: [(times: unknown) => ({ times: Number(times) * 10 })] } };
  const current = openStreams(upcasting, store);
  const held = await current.load('1');
  expect(held.state).toBe(40);
  await store.commit(current.append(held, [visited(2)]));
  expect((await current.load('1')).state).toBe(42);
  await expect(streams.load('1')).rejects.toThrow('Visited in revision 2');
  const unknown = { id: 'y', type: 'constructor', revision: 1, payload: 4 };
  await store.commit({ appends: [{ stream: 'visit/2', expected: 0, events: [unknown] }] });
  await expect(streams.load('2')).rejects.toThrow('constructor in revision 1');
});

test('several effects are one', async () => {
  const streams = openStreams(visits, store);
  const effects = [
    streams.append(await streams.load('1'), [visited(1)]),
    streams.append(await streams.load('2'), [visited(2)]),
  ];
  expect(await store.commit(together(...effects, {}))).toEqual({ outcome: 'committed' });
  expect((await tables.table(visitors).list({ limit: 9 })).map((row) => row.visits)).toEqual([1, 2]);
});
