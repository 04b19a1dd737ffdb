import { makeAuditViews } from './audit-views.ts';
import { toSnakeCase } from './column.ts';
import { toEventStore } from './event-store-postgres.ts';
import { migrate, readMigrations } from './migrate.ts';
import { rebasePositions } from './rebase.ts';
import type { RelationalStore } from './relational-store.ts';
import type { SqlStore } from './sql.ts';
import type { Identified, Table, TableSpec } from './table.ts';

/** The relational store on PostgreSQL. */
export function toTables(store: SqlStore, schema: string): RelationalStore {
  return {
    events: toEventStore(store, schema),
    table: (spec) => openTable(store, spec),
    migrate: async (folder) => {
      const own = await readMigrations(new URL('./migrations/', import.meta.url));
      const kit = own.map((migration) => ({ ...migration, name: `kit/${migration.name}` }));
      await migrate(store, schema, [...kit, ...(await readMigrations(folder))], async (sql, applied) => {
        if (applied.length > 0) await makeAuditViews(sql);
        await rebasePositions(sql);
      });
    },
    ping: store.ping,
    close: store.close,
  };
}

function openTable<Row extends Identified>(store: SqlStore, spec: TableSpec<Row>): Table<Row> {
  const columns = spec.columns.map((column) => `"${toSnakeCase(column)}"`).join(', ');
  const fields = spec.columns.map((column) => `"${toSnakeCase(column)}" AS "${column}"`).join(', ');
  const places = spec.columns.map((_, index) => `$${index + 1}`).join(', ');
  // Byte order, like the memory twin; a locale's order would make cursors depend on the server's set-up.
  const page = `SELECT ${fields} FROM "${spec.name}" WHERE id COLLATE "C" > $1 ORDER BY id COLLATE "C" LIMIT $2`;
  return {
    list: ({ after, limit }) => store.query(page, [after ?? '', limit], spec.schema),
    get: async (id) =>
      (await store.query(`SELECT ${fields} FROM "${spec.name}" WHERE id = $1`, [id], spec.schema))[0],
    insert: async (row) => {
      const values = spec.columns.map((column) => row[column]);
      const text = `INSERT INTO "${spec.name}" (${columns}) VALUES (${places}) ON CONFLICT (id) DO NOTHING`;
      return (await store.execute(text, values)) === 1;
    },
  };
}
