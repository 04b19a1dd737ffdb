import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Sql, SqlStore } from './sql.ts';

export type Migration = { readonly name: string; readonly text: string; readonly hash: string };

// Any constant will do, as long as every replica of every service uses the same one with its schema's name.
const lockSpace = 727_001;

/** The `NNN_name.sql` files of a folder, in order. Throws when a file's name does not fit or a number repeats. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  const numbers = names.map((name) => /^([0-9]{3})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
  if (numbers.includes(undefined)) throw new Error(`migrations are named NNN_name.sql: ${names.join(', ')}`);
  if (new Set(numbers).size !== numbers.length)
    throw new Error(`two migrations share a number: ${names.join(', ')}`);
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      return { name, text, hash: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Brings the schema forward and answers the names it applied. All pending files run in one transaction under an
 * advisory lock: replicas that start together wait for the first one, then find nothing to do. There is no way
 * back; a file that changed after it was applied is refused. `afterwards` belongs to the transaction.
 */
export async function migrate(
  store: SqlStore,
  schema: string,
  migrations: readonly Migration[],
  afterwards: (sql: Sql, applied: readonly string[]) => Promise<void> = async () => {},
): Promise<string[]> {
  return store.transaction(async (sql) => {
    await sql.execute('SELECT pg_advisory_xact_lock($1, hashtext($2))', [lockSpace, schema]);
    await sql.execute(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await sql.execute(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const pending = await findPending(sql, migrations);
    for (const migration of pending) {
      await sql.execute(migration.text);
      await sql.execute('INSERT INTO schema_migrations (name, hash) VALUES ($1, $2)', [
        migration.name,
        migration.hash,
      ]);
    }
    const applied = pending.map(({ name }) => name);
    await afterwards(sql, applied);
    return applied;
  });
}

async function findPending(sql: Sql, migrations: readonly Migration[]): Promise<Migration[]> {
  const row = z.object({ name: z.string(), hash: z.string() });
  const applied = new Map(
    (await sql.query('SELECT name, hash FROM schema_migrations', [], row)).map(({ name, hash }) => [
      name,
      hash,
    ]),
  );
  for (const { name, hash } of migrations) {
    const known = applied.get(name);
    if (known !== undefined && known !== hash)
      throw new Error(`migration ${name} was changed after it was applied: write a new one instead`);
  }
  return migrations.filter(({ name }) => !applied.has(name));
}
