import type { Clock } from '../domain/clock.ts';
import { systemClock } from '../sources.ts';
import { createMemoryEvents } from './event-store-memory.ts';
import type { RelationalStore } from './relational-store.ts';
import type { Identified, Table, TableSpec } from './table.ts';

/** The memory twin of the relational store; it has no tables to migrate. */
export function createMemoryTables(clock: Clock = systemClock): RelationalStore {
  const tables = new Map<string, Map<string, object>>();
  const rowsOf = (name: string): Map<string, object> => {
    const rows = tables.get(name) ?? new Map<string, object>();
    tables.set(name, rows);
    return rows;
  };
  return {
    events: createMemoryEvents(clock, ({ table, row }) => rowsOf(table).set(row.id, row)),
    table: (spec) => openTable(spec, rowsOf(spec.name)),
    migrate: async () => {},
    ping: async () => {},
    close: async () => {},
  };
}

function openTable<Row extends Identified>(spec: TableSpec<Row>, rows: Map<string, object>): Table<Row> {
  return {
    list: async ({ after, limit }) =>
      [...rows.entries()]
        .filter(([id]) => after === undefined || id > after)
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .slice(0, limit)
        .map(([, row]) => spec.schema.parse(row)),
    get: async (id) => {
      const row = rows.get(id);
      return row === undefined ? undefined : spec.schema.parse(row);
    },
    insert: async (row) => {
      if (rows.has(row.id)) return false;
      rows.set(row.id, structuredClone(row));
      return true;
    },
  };
}
