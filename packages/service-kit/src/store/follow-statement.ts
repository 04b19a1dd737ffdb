import { z } from 'zod';
import { nameOf, type Statement } from './commit-statement.ts';
import { eventColumns, eventRow, toPosition, toStoredEvent } from './event-row.ts';
import type { Follow, Followed } from './event-store.ts';

const horizon = 'pg_snapshot_xmin(pg_current_snapshot())';

// Lease, checkpoint and next batch at once. Without a row in `mine` another process leads. A checkpoint that is lost
// in a crash of the server only repeats events, so nobody waits for its flush.
const text = `
  WITH hasty AS (SELECT set_config('synchronous_commit', 'off', true) AS value), mine AS (
    INSERT INTO followers AS f (name, owner, until, tx, seq)
    SELECT $1, $2, clock_timestamp() + $3 * interval '1 millisecond', '0', 0 FROM hasty WHERE value IS NOT NULL
    ON CONFLICT (name) DO UPDATE SET
      owner = excluded.owner,
      until = excluded.until,
      tx = CASE WHEN f.owner = excluded.owner AND ($4::xid8, $5::bigint) > (f.tx, f.seq) THEN $4::xid8 ELSE f.tx END,
      seq = CASE WHEN f.owner = excluded.owner AND ($4::xid8, $5::bigint) > (f.tx, f.seq) THEN $5::bigint ELSE f.seq END
    WHERE f.owner = excluded.owner OR f.until < clock_timestamp()
    RETURNING f.tx, f.seq
  )
  SELECT mine.tx AS from_tx, mine.seq AS from_seq, ${eventColumns('e')},
    EXISTS (SELECT FROM events w WHERE w.tx >= ${horizon}) AS waiting
  FROM mine LEFT JOIN LATERAL (
    SELECT * FROM events n
    WHERE (n.tx, n.seq) > (mine.tx, mine.seq) AND n.tx < ${horizon}
    ORDER BY n.tx, n.seq LIMIT $6
  ) e ON true
  ORDER BY e.tx, e.seq`;

const name = nameOf(text);
const absent = z.object({ id: z.null() });

/** A row of the answer: the follower's place, and the next event where there is one. */
export const followedRow = z.intersection(
  z.object({ from_tx: z.string(), from_seq: z.string(), waiting: z.boolean() }),
  z.union([absent, eventRow]),
);

export function followStatement({ name: follower, owner, leaseMs, done, limit }: Follow): Statement {
  const [tx, seq] = (done ?? '0/0').split('/');
  return { name, text, values: [follower, owner, leaseMs, tx, seq, limit] };
}

export function toFollowed(rows: readonly z.output<typeof followedRow>[]): Followed {
  const [first] = rows;
  if (first === undefined) return { leads: false };
  return {
    leads: true,
    from: toPosition({ tx: first.from_tx, seq: first.from_seq }),
    events: rows.flatMap((row) => (row.id === null ? [] : [toStoredEvent(row)])),
    waiting: first.waiting,
  };
}
