import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { startFollower } from '../../src/events/follower.ts';
import { createProjector, type Projection } from '../../src/events/projection.ts';
import { systemClock, systemPause } from '../../src/sources.ts';
import { origin, rowWrite } from '../../src/store/event-store.ts';
import type { RelationalStore } from '../../src/store/relational-store.ts';
import type { TableSpec } from '../../src/store/table.ts';
import { createMemoryTables } from '../../src/store/table-memory.ts';
import { append } from '../store/event-store.suite.ts';

const sum = z.strictObject({ id: z.string(), total: z.int() });

function sumsIn(name: string): { table: TableSpec<z.output<typeof sum>>; projection: Projection } {
  const table = { name, columns: ['id', 'total'], schema: sum } as const;
  const projection: Projection = {
    name,
    project: async ({ stream, payload }, rows) => {
      const before = await rows.get(table, stream);
      return [rowWrite(table, { id: stream, total: (before?.total ?? 0) + Number(payload) })];
    },
  };
  return { table, projection };
}

function run(tables: RelationalStore, projection: Projection) {
  const errors: unknown[] = [];
  const follower = startFollower({
    name: projection.name,
    owner: 'me',
    store: tables.events,
    pause: systemPause,
    handle: createProjector(projection, projection.name, tables),
    onError: (error) => errors.push(error),
    batch: 3,
  });
  onTestFinished(() => follower.stop());
  return errors;
}

test('rows follow events, within a batch and across batches', async () => {
  const tables = createMemoryTables(systemClock);
  const { table, projection } = sumsIn('sums');
  for (let version = 0; version < 5; version += 1)
    await tables.events.commit({ appends: [append('a', version, version + 1), append('b', version, 10)] });
  run(tables, projection);
  const rows = () => tables.table(table).list({ limit: 9 });
  await vi.waitFor(async () =>
    expect(await rows()).toEqual([
      { id: 'a', total: 15 },
      { id: 'b', total: 50 },
    ]),
  );
  await tables.events.commit({ appends: [append('a', 5, 100)] });
  await vi.waitFor(async () => expect((await rows())[0]).toEqual({ id: 'a', total: 115 }));
});

test('made again under another name, the rows are the same to the byte', async () => {
  const tables = createMemoryTables(systemClock);
  const [first, second] = [sumsIn('first'), sumsIn('second')];
  run(tables, first.projection);
  for (let version = 0; version < 20; version += 1)
    await tables.events.commit({ appends: [append(`s${version % 3}`, Math.floor(version / 3), version)] });
  run(tables, second.projection);
  await vi.waitFor(async () => {
    const dumps = [first, second].map(async ({ table }) =>
      JSON.stringify(await tables.table(table).list({ limit: 99 })),
    );
    const [old, again] = await Promise.all(dumps);
    expect(old).toContain('"total":63');
    expect(again).toBe(old);
  });
});

test('who has lost the lead changes nothing', async () => {
  const tables = createMemoryTables(systemClock);
  const { table, projection } = sumsIn('sums');
  await tables.events.commit({ appends: [append('a', 0, 1, 2)] });
  const events = await tables.events.read({ after: origin, limit: 9 });
  const late = createProjector(projection, 'sums', tables);
  await late(events.slice(0, 1), origin);
  await expect(late(events, origin)).rejects.toThrow('stale');
  expect(await tables.table(table).get('a')).toEqual({ id: 'a', total: 1 });
});
