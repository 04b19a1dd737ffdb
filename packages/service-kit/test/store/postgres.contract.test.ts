import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { migrate } from '../../src/store/migrate.ts';
import type { SqlStore } from '../../src/store/sql.ts';
import { createPostgres } from '../../src/store/sql-postgres.ts';
import { toTables } from '../../src/store/table-postgres.ts';
import { awaySuite } from '../servers/away.suite.ts';
import { findPostgres } from '../servers/find.ts';
import { schemasOn } from '../servers/schemas.ts';
import { tableSuite } from './table.suite.ts';

const found = await findPostgres();

if ('missing' in found) test.skip(`tables in PostgreSQL: ${found.missing}`, () => {});
else {
  const { server } = found;
  const open = schemasOn(server);

  describe('tables in PostgreSQL', () => {
    tableSuite(async () => {
      const { store, schema } = open();
      return toTables(store, schema);
    });
  });

  describe('migrations', () => {
    const one = { name: '001_one.sql', text: 'CREATE TABLE one (n integer)', hash: 'a' };
    const two = { name: '002_two.sql', text: 'CREATE TABLE two (n integer)', hash: 'b' };
    const tables = (store: SqlStore, schema: string) =>
      store.query(
        'SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1',
        [schema],
        z.object({ tablename: z.string() }),
      );

    test('replicas that start together apply each file once', async () => {
      const { store: first, schema } = open();
      const others = Array.from({ length: 4 }, () => open(schema).store);
      const applied = await Promise.all(
        [first, ...others].map((store) => migrate(store, schema, [one, two])),
      );
      expect(applied.filter((names) => names.length > 0)).toEqual([[one.name, two.name]]);
    });

    test('a file that fails leaves nothing of its run behind', async () => {
      const { store, schema } = open();
      const broken = { name: '002_broken.sql', text: 'CREATE TABLE nonsense (', hash: 'c' };
      await expect(migrate(store, schema, [one, broken])).rejects.toThrow('syntax error');
      expect(await tables(store, schema)).toEqual([]);
      expect(await migrate(store, schema, [one])).toEqual([one.name]);
    });

    test('a file that was changed afterwards is refused', async () => {
      const { store, schema } = open();
      await migrate(store, schema, [one]);
      await expect(migrate(store, schema, [{ ...one, hash: 'changed' }])).rejects.toThrow(
        '001_one.sql was changed',
      );
    });

    test("services in one database do not see each other's tables", async () => {
      const [mine, other] = [open(), open()];
      await migrate(mine.store, mine.schema, [one]);
      await expect(other.store.execute('SELECT * FROM one')).rejects.toThrow('does not exist');
    });
  });

  describe('a transaction', () => {
    test('that rejects leaves nothing, and its connection is of use again', async () => {
      const { store, schema } = open();
      await migrate(store, schema, [{ name: '001_t.sql', text: 'CREATE TABLE t (n integer)', hash: 'a' }]);
      const failing = store.transaction(async (sql) => {
        await sql.execute('INSERT INTO t VALUES (1)');
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      await store.transaction((sql) => sql.execute('INSERT INTO t VALUES (2)'));
      expect(await store.query('SELECT n FROM t', [], z.object({ n: z.int() }))).toEqual([{ n: 2 }]);
    });
  });

  describe('PostgreSQL that comes and goes', () => {
    awaySuite(new URL(server.url), (url) => createPostgres(url, 'contract', () => {}));
  });
}
