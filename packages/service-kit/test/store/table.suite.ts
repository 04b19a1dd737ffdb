import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { RelationalStore } from '../../src/store/relational-store.ts';
import type { Table } from '../../src/store/table.ts';

const row = z.strictObject({ id: z.string(), fullName: z.string(), visits: z.int() });

type Row = z.output<typeof row>;

const migrations = new URL('./migrations/', import.meta.url);

/** What every relational store does. `open` answers an empty store each time. */
export function tableSuite(open: () => Promise<RelationalStore>): void {
  let store: RelationalStore;
  let visitors: Table<Row>;

  beforeEach(async () => {
    store = await open();
    await store.migrate(migrations);
    visitors = store.table({ name: 'visitors', columns: ['id', 'fullName', 'visits'], schema: row });
  });

  test('a row comes back as it was inserted, and an id is taken once', async () => {
    expect(await visitors.insert({ id: '1', fullName: 'Ada "L"', visits: 3 })).toBe(true);
    expect(await visitors.insert({ id: '1', fullName: 'Other', visits: 0 })).toBe(false);
    expect(await visitors.get('1')).toEqual({ id: '1', fullName: 'Ada "L"', visits: 3 });
    expect(await visitors.get('2')).toBeUndefined();
  });

  test('a list is in byte order, begins after an id and ends at the limit', async () => {
    for (const id of ['b', 'a', 'B', 'c', 'aa']) await visitors.insert({ id, fullName: id, visits: 0 });
    const ids = async (query: { after?: string; limit: number }) =>
      (await visitors.list(query)).map(({ id }) => id);
    expect(await ids({ limit: 10 })).toEqual(['B', 'a', 'aa', 'b', 'c']);
    expect(await ids({ after: 'a', limit: 2 })).toEqual(['aa', 'b']);
    expect(await ids({ after: 'ab', limit: 2 })).toEqual(['b', 'c']);
    expect(await ids({ after: 'c', limit: 2 })).toEqual([]);
  });

  test('migrating again changes nothing', async () => {
    await visitors.insert({ id: '1', fullName: 'Ada', visits: 3 });
    await store.migrate(migrations);
    expect(await visitors.get('1')).toMatchObject({ fullName: 'Ada' });
  });

  test('it answers a ping', async () => {
    await store.ping();
  });
}
