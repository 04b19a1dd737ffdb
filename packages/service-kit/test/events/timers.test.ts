import { expect, onTestFinished, test, vi } from 'vitest';
import { startTimers, type TimersSpec } from '../../src/events/timers.ts';
import { systemPause } from '../../src/sources.ts';
import type { EventStore, Timer } from '../../src/store/event-store.ts';
import { createMemoryTables } from '../../src/store/table-memory.ts';
import { append } from '../store/event-store.suite.ts';

const clock = { time: Date.parse('2026-01-01T00:00:00.000Z'), now: () => clock.time };

const timer = (id: string, seconds: number): Timer => ({
  name: 'n',
  id,
  due: new Date(clock.time + seconds * 1000).toISOString(),
});

function start(store: EventStore, wake: TimersSpec['wake'], owner = 'me') {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const timers = startTimers({ names: ['n'], owner, store, clock, pause: systemPause, wake, onError });
  onTestFinished(() => timers.stop());
  return { timers, errors };
}

const aStore = (): EventStore => createMemoryTables(clock).events;

test('a timer has its effect once its time has come, and then it is gone', async () => {
  const store = aStore();
  const woken: string[] = [];
  start(store, async ({ id }) => {
    woken.push(id);
    return { appends: [append(`s/${id}`, 0, 1)] };
  });
  await store.commit({ timers: [timer('past', -1), timer('soon', 0.05), timer('later', 60)] });
  await vi.waitFor(() => expect(woken).toEqual(['past']));
  clock.time += 50;
  await vi.waitFor(() => expect(woken).toEqual(['past', 'soon']));
  await vi.waitFor(async () => expect(await store.nextTimers(['n'], 9)).toMatchObject([{ id: 'later' }]));
  expect((await store.load('s/soon')).events).toHaveLength(1);
});

test('a timer that nothing follows from is gone as well', async () => {
  const store = aStore();
  start(store, async () => undefined);
  await store.commit({ timers: [timer('past', -1)] });
  await vi.waitFor(async () => expect(await store.nextTimers(['n'], 9)).toEqual([]));
});

test('an effect that was overtaken is decided again', async () => {
  const store = aStore();
  let asked = 0;
  start(store, async () => {
    asked += 1;
    const { length } = (await store.load('s')).events;
    if (asked === 1) await store.commit({ appends: [append('s', 0, 'other')] });
    return { appends: [append('s', length, 'timer')] };
  });
  await store.commit({ timers: [timer('past', -1)] });
  await vi.waitFor(async () =>
    expect((await store.load('s')).events.map(({ payload }) => payload)).toEqual(['other', 'timer']),
  );
});

test('one that fails stays, and does not hold up the others', async () => {
  const store = aStore();
  const { errors } = start(store, async ({ id }) => {
    if (id === 'bad') throw new Error('broken');
    return { appends: [append(`s/${id}`, 0, 1)] };
  });
  await store.commit({ timers: [timer('bad', -2), timer('good', -1)] });
  await vi.waitFor(async () => expect((await store.load('s/good')).events).toHaveLength(1));
  expect(errors.map(String)).toContain('Error: broken');
  expect(await store.nextTimers(['n'], 9)).toMatchObject([{ id: 'bad' }]);
});

test('of two processes one looks, and the other one takes over after its end', async () => {
  const store = aStore();
  const woken: string[] = [];
  const by = (owner: string) =>
    start(
      store,
      async () => {
        woken.push(owner);
        return {};
      },
      owner,
    );
  const { timers } = by('first');
  by('second');
  await store.commit({ timers: [timer('a', -1)] });
  await vi.waitFor(() => expect(woken).toEqual(['first']));
  await timers.stop();
  await store.commit({ timers: [timer('b', -1)] });
  await vi.waitFor(() => expect(woken).toEqual(['first', 'second']));
});
