import { z } from 'zod';
import type { Sql } from './sql.ts';

// An event cannot come from a transaction that is not begun yet, unless another server wrote it.
const isForeign = `SELECT EXISTS (SELECT FROM events WHERE tx > pg_current_xact_id()) AS foreign`;

// Positions keep their order and go below every transaction of this server. Places move with the events before them.
// The numbers begin above all there are, so that no two events meet on the way.
const rebase = `
  WITH ordered AS (
    SELECT stream, version, tx, seq, row_number() OVER (ORDER BY tx, seq) + (SELECT max(seq) FROM events) AS place
    FROM events
  ), moved AS (
    UPDATE events e SET tx = '1', seq = o.place FROM ordered o
    WHERE e.stream = o.stream AND e.version = o.version
    RETURNING e.seq
  ), followed AS (
    UPDATE followers f SET tx = '1', seq = (
      SELECT max(o.place) FROM ordered o WHERE (o.tx, o.seq) <= (f.tx, f.seq)
    )
    WHERE EXISTS (SELECT FROM ordered o WHERE (o.tx, o.seq) <= (f.tx, f.seq))
    RETURNING 1
  )
  SELECT setval(pg_get_serial_sequence('events', 'seq'), max(seq)) FROM moved`;

/**
 * Makes the positions of a store that was restored into another server valid there. Transaction ids begin anew with each
 * server: without this, readers would wait for transactions that ended long ago elsewhere.
 */
export async function rebasePositions(sql: Sql): Promise<void> {
  const [row] = await sql.query(isForeign, [], z.object({ foreign: z.boolean() }));
  if (row?.foreign !== true) return;
  await sql.execute('LOCK TABLE events, followers');
  await sql.execute(rebase);
}
