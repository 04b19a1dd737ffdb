import { z } from 'zod';
import { commitStatement, nameOf, writes } from './commit-statement.ts';
import { eventColumns, eventRow, isoDate, toStoredEvent } from './event-row.ts';
import type { CommitOutcome, EventStore, StoredAnswer, StoredDeadLetter, Timer } from './event-store.ts';
import { followedRow, followStatement, toFollowed } from './follow-statement.ts';
import type { SqlStore } from './sql.ts';
import { createWaking, newsOf } from './waking.ts';

const read = `SELECT ${eventColumns('e')} FROM events e
  WHERE (e.tx, e.seq) > ($1::xid8, $2::bigint) AND e.tx < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY e.tx, e.seq LIMIT $3`;
const readName = nameOf(read);

const load = `SELECT s.version AS snapshot_version, s.revision AS snapshot_revision, s.state AS snapshot_state,
    ${eventColumns('e')}
  FROM (VALUES (1)) AS one
  LEFT JOIN snapshots s ON s.stream = $1 AND s.revision = $2
  LEFT JOIN events e ON e.stream = $1 AND e.version > coalesce(s.version, 0)
  ORDER BY e.version`;
const loadName = nameOf(load);
const loadedRow = z.intersection(
  z.union([
    z.object({ snapshot_version: z.null() }),
    z.object({ snapshot_version: z.int(), snapshot_revision: z.int(), snapshot_state: z.unknown() }),
  ]),
  z.union([z.object({ id: z.null() }), eventRow]),
);

const answerRow: z.ZodType<StoredAnswer> = z.object({
  scope: z.string(),
  key: z.string(),
  fingerprint: z.string(),
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

const deadLetterRow: z.ZodType<StoredDeadLetter> = z.object({
  consumer: z.string(),
  event: z.string(),
  topic: z.string(),
  key: z.string(),
  message: z.unknown(),
  errorClass: z.string(),
  error: z.string(),
  attempts: z.int(),
  time: z.string(),
});

const timerRow: z.ZodType<Timer> = z.object({ name: z.string(), id: z.string(), due: z.string() });

const nextTimers = `SELECT name, id, ${isoDate('due')} AS due FROM timers t
  WHERE name = ANY ($1::text[]) ORDER BY t.due, name, id LIMIT $2`;
const nextTimersName = nameOf(nextTimers);

const listDeadLetters = `SELECT consumer, event, topic, key, message, error_class AS "errorClass", error, attempts,
    ${isoDate('time')} AS time
  FROM dead_letters WHERE consumer = $1 AND event = coalesce($3, event) ORDER BY dead_letters.time, event LIMIT $2`;

/** The event store on PostgreSQL, in the schema of `store`. `schema` names the channel that its processes wake by. */
export function toEventStore(store: SqlStore, schema: string): EventStore {
  const waking = createWaking(store, `events_${schema}`);
  return {
    load: async (stream, snapshotRevision) => {
      const rows = await store.query(load, [stream, snapshotRevision ?? null], loadedRow, loadName);
      const events = rows.flatMap((row) => (row.id === null ? [] : [toStoredEvent(row)]));
      const first = rows[0];
      if (first === undefined || first.snapshot_version === null) return { events };
      const { snapshot_version: version, snapshot_revision: revision, snapshot_state: state } = first;
      return { events, snapshot: { stream, version, revision, state } };
    },
    commit: async (commit) => {
      if (!writes(commit)) return { outcome: 'committed' };
      const { name, text, values } = commitStatement(commit);
      try {
        await store.query(text, values, z.unknown(), name);
      } catch (error) {
        return toOutcome(error);
      }
      waking.wake(newsOf(commit));
      return { outcome: 'committed' };
    },
    read: async ({ after, limit }) =>
      (await store.query(read, [...after.split('/'), limit], eventRow, readName)).map(toStoredEvent),
    follow: async (follow) => {
      const { name, text, values } = followStatement(follow);
      const followed = toFollowed(await store.query(text, values, followedRow, name));
      waking.note(follow.name, followed.leads);
      return followed;
    },
    release: async ({ name, owner }) => {
      waking.note(name, false);
      await store.execute('UPDATE followers SET until = to_timestamp(0) WHERE name = $1 AND owner = $2', [
        name,
        owner,
      ]);
    },
    nextTimers: (names, limit) => store.query(nextTimers, [names, limit], timerRow, nextTimersName),
    answerOf: async (scope, key) =>
      (
        await store.query(
          'SELECT scope, key, fingerprint, status, headers, body FROM idempotency WHERE scope = $1 AND key = $2',
          [scope, key],
          answerRow,
        )
      )[0],
    deadLetters: ({ consumer, event, limit }) =>
      store.query(listDeadLetters, [consumer, limit, event ?? null], deadLetterRow),
    listen: waking.listen,
  };
}

const databaseError = z.object({
  code: z.string(),
  table: z.string().optional(),
  column: z.string().optional(),
  constraint: z.string().optional(),
});

const outcomes: Readonly<Record<string, CommitOutcome>> = {
  events_pkey: { outcome: 'stale' },
  'events.version': { outcome: 'stale' },
  'followers.tx': { outcome: 'stale' },
  inbox_pkey: { outcome: 'received' },
  dead_letters_pkey: { outcome: 'received' },
  'inbox.event': { outcome: 'received' },
  'timers.due': { outcome: 'received' },
  idempotency_pkey: { outcome: 'answered' },
};

// Classes of SQLSTATE: 23 an integrity constraint, 40 a transaction that lost against another one and may try again.
function toOutcome(error: unknown): CommitOutcome {
  const parsed = databaseError.safeParse(error);
  if (!parsed.success) throw error;
  const { code, table, column, constraint } = parsed.data;
  if (code.startsWith('40')) return { outcome: 'stale' };
  if (!code.startsWith('23')) throw error;
  const broken = constraint ?? `${table ?? ''}.${column ?? ''}`;
  return outcomes[broken] ?? { outcome: 'forbidden', constraint: broken };
}
