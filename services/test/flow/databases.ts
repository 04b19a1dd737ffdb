import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createPostgres } from '../../../packages/service-kit/src/store/sql-postgres.ts';

/** Fresh databases on one server, one a name: nobody can read another's tables. */
export async function createDatabases<Name extends string>(
  server: string,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const sql = createPostgres(server, 'public', () => {});
  const tag = randomBytes(4).toString('hex');
  const urls = await Promise.all(
    names.map(async (name) => {
      const database = `flow_${tag}_${name}`;
      await sql.execute(`CREATE DATABASE ${database}`);
      const url = new URL(server);
      url.pathname = `/${database}`;
      return [name, url.href] as const;
    }),
  );
  await sql.close();
  // One entry for each name, from the map above.
  return Object.fromEntries(urls) as Record<Name, string>;
}

/** The rows of a view in the schema `audit` of a database. */
export async function auditOf(database: string, view: string): Promise<Record<string, unknown>[]> {
  const sql = createPostgres(database, 'public', () => {});
  try {
    return await sql.query(`SELECT * FROM audit.${view}`, [], z.record(z.string(), z.unknown()));
  } finally {
    await sql.close();
  }
}
