import { describe, expect, test, vi } from 'vitest';
import { createMemoryDocuments } from '../../src/store/document-memory.ts';
import { createMemoryKeyValues } from '../../src/store/key-value-memory.ts';
import { createMemoryTables } from '../../src/store/table-memory.ts';
import { documentSuite } from './document.suite.ts';
import { append, eventStoreSuite } from './event-store.suite.ts';
import { keyValueSuite } from './key-value.suite.ts';
import { tableSuite } from './table.suite.ts';

describe('documents in memory', () => {
  const store = createMemoryDocuments();
  documentSuite(() => store);
});

describe('key-values in memory', () => {
  let now = 0;
  const store = createMemoryKeyValues({ now: () => now });
  keyValueSuite(
    () => store,
    async (milliseconds) => {
      now += milliseconds;
    },
  );
});

describe('tables in memory', () => {
  tableSuite(async () => createMemoryTables());
});

describe('the event store in memory', () => {
  test('a listener hears of what it asked for, and of nothing else', async () => {
    const { events } = createMemoryTables();
    const [ofEvents, ofTimers] = [vi.fn(), vi.fn()];
    const listening = await events.listen('events', ofEvents);
    await events.listen('timers', ofTimers);
    await events.commit({ timers: [{ name: 'n', id: '1', due: '2026-01-01T00:00:00.000Z' }] });
    expect([ofEvents.mock.calls.length, ofTimers.mock.calls.length]).toEqual([0, 1]);
    await events.commit({ appends: [append('a', 0, 1)] });
    expect([ofEvents.mock.calls.length, ofTimers.mock.calls.length]).toEqual([1, 1]);
    await listening.stop();
    await events.commit({ appends: [append('a', 1, 1)] });
    expect(ofEvents).toHaveBeenCalledTimes(1);
  });

  let now = 0;
  eventStoreSuite(
    async () => createMemoryTables({ now: () => now }),
    async (milliseconds) => {
      now += milliseconds;
    },
  );
});
