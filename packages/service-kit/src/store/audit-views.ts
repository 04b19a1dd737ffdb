import { z } from 'zod';
import type { Sql } from './sql.ts';

// What a checker may read of every service's own book-keeping, for one schema with the kit's tables.
const selects: Readonly<Record<string, (schema: string) => string>> = {
  inbox: (schema) =>
    `SELECT '${schema}'::text AS service, consumer, event AS event_id, time FROM "${schema}".inbox`,
  // What lies behind the place of the relay. It may lag by a moment behind what the bus has, never be ahead of it.
  outbox: (schema) => `SELECT '${schema}'::text AS service, e.id AS event_id, e.topic, e.key, e.time
    FROM "${schema}".events e LEFT JOIN "${schema}".followers f ON f.name = 'relay'
    WHERE e.topic IS NOT NULL AND (e.tx, e.seq) > (coalesce(f.tx, '0'::xid8), coalesce(f.seq, 0))`,
  dead_letters: (schema) => `SELECT '${schema}'::text AS service, consumer, event AS event_id, topic, key,
    error_class, error, attempts, time FROM "${schema}".dead_letters`,
  idempotency: (schema) =>
    `SELECT '${schema}'::text AS service, scope, key, fingerprint, status, time FROM "${schema}".idempotency`,
};

const named = z.object({ schema: z.string() });

/**
 * Makes the checker views that every service has. They cover every service in the database, so that services that share
 * one do not replace each other's.
 */
export async function makeAuditViews(sql: Sql): Promise<void> {
  await sql.execute("SELECT pg_advisory_xact_lock(727001, hashtext('audit'))");
  await sql.execute('CREATE SCHEMA IF NOT EXISTS audit');
  const found = await sql.query(
    `SELECT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = 'followers' AND c.relkind = 'r' ORDER BY 1`,
    [],
    named,
  );
  for (const [view, select] of Object.entries(selects))
    await sql.execute(
      `CREATE OR REPLACE VIEW audit.${view} AS ${found.map(({ schema }) => select(schema)).join(' UNION ALL ')}`,
    );
}
