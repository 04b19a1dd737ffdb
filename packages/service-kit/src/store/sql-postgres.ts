import pg from 'pg';
import type { z } from 'zod';
import { type Listener, listenFor } from './listen-postgres.ts';
import type { Sql, SqlStore } from './sql.ts';
import { Unavailable } from './unavailable.ts';

/**
 * PostgreSQL through a small pool. `schema` is the service's own PostgreSQL schema and the only one on its search
 * path, so services that share a database in the monolith cannot see each other's tables by accident.
 */
export function createPostgres(url: string, schema: string, onError: (error: unknown) => void): SqlStore {
  const connection = {
    connectionString: url,
    application_name: schema,
    options: `-c search_path=${schema} -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000`,
    connectionTimeoutMillis: 3000,
    // Later than the server's own limit: only a server that is gone without a word gets this far.
    query_timeout: 16_000,
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...connection, idleTimeoutMillis: 300_000, max: 10 });
  pool.on('error', onError);
  const listeners: Listener[] = [];
  return {
    ...statements(pool),
    transaction: (work) => inTransaction(pool, work),
    ping: async () => {
      await pool.query('SELECT 1');
    },
    listen: async (channel, heard) => {
      listeners.push(listenFor(connection, channel, heard, onError));
    },
    close: async () => {
      await Promise.all(listeners.map((listener) => listener.close()));
      await pool.end();
    },
  };
}

function statements(runner: pg.Pool | pg.PoolClient): Sql {
  return {
    query: async <Row>(text: string, values: readonly unknown[], row: z.ZodType<Row>, name?: string) => {
      const statement = { text, values: [...values], ...(name === undefined ? {} : { name }) };
      const { rows } = await answered(runner.query<Record<string, unknown>>(statement));
      return rows.map((found) => row.parse(found));
    },
    execute: async (text, values = []) => (await answered(runner.query(text, [...values]))).rowCount ?? 0,
  };
}

// Classes of SQLSTATE that say something about the server and nothing about the statement: connection, resources,
// operator intervention, system; and a primary that has become a replica.
const serverTrouble = /^(?:08|53|57|58|25006)/;

async function answered<Result>(asking: Promise<Result>): Promise<Result> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof pg.DatabaseError && !serverTrouble.test(error.code ?? '')) throw error;
    throw new Unavailable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function inTransaction<Result>(pool: pg.Pool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const client = await answered(pool.connect());
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(statements(client));
    await answered(client.query('COMMIT'));
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
