import { createHash } from 'node:crypto';
import { toSnakeCase } from './column.ts';
import { type Append, type Commit, type RowWrite, streamOf } from './event-store.ts';

/** A statement with its values. Equal texts have equal names, so that PostgreSQL plans each of them once. */
export type Statement = { readonly name: string; readonly text: string; readonly values: readonly unknown[] };

type Part = { readonly name: string; readonly text: string; readonly values: readonly unknown[] };

/**
 * The one statement of a commit: a CTE for each kind of thing that is written, in a fixed order. The last SELECT counts
 * them one after another, which also makes PostgreSQL write them in that order: a stale stream shows before a row that
 * breaks a constraint because of it.
 */
export function commitStatement(commit: Commit): Statement {
  const parts = partsOf(commit);
  const ctes: string[] = [];
  const values: unknown[] = [];
  for (const part of parts) {
    const text = part.text.replaceAll(
      /\$([0-9]+)/g,
      (_, place: string) => `$${values.length + Number(place)}`,
    );
    ctes.push(`${part.name} AS (${text} RETURNING 1)`);
    values.push(...part.values);
  }
  const counts = parts.map(({ name }) => `(SELECT count(*) FROM ${name})`).join(', ');
  const text = `WITH ${ctes.join(',\n')}\nSELECT ${counts}`;
  return { name: nameOf(text), text, values };
}

/** True when a commit has something to write. */
export function writes(commit: Commit): boolean {
  return partsOf(commit).length > 0;
}

/** A short name for a statement's text. */
export function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function partsOf(commit: Commit): Part[] {
  const {
    appends = [],
    messages = [],
    rows,
    snapshots,
    receipt,
    answer,
    deadLetter,
    progress,
    redeems,
    timers = [],
    fired,
  } = commit;
  const written = [
    // Two commits that write the same streams wait for each other in one direction only.
    ...appends
      .filter(({ events }) => events.length > 0)
      .toSorted((left, right) => (left.stream < right.stream ? -1 : 1)),
    ...messages.map(streamOf),
  ];
  return [
    ...(written.length === 0 ? [] : [eventsPart(written)]),
    ...(receipt === undefined ? [] : [receiptPart(receipt)]),
    ...(redeems === undefined ? [] : redeemParts(redeems)),
    ...(fired === undefined ? [] : firedParts(fired)),
    ...(answer === undefined ? [] : [answerPart(answer)]),
    ...(progress === undefined ? [] : [progressPart(progress)]),
    ...rowParts(rows ?? []),
    ...(snapshots ?? []).map(snapshotPart),
    ...(timers.length === 0 ? [] : [timersPart(timers)]),
    ...(deadLetter === undefined ? [] : [deadLetterPart(deadLetter)]),
  ];
}

// The version becomes NULL, which the column refuses, unless the event before it is there and has a smaller
// transaction id.
const insertEvents = `
  INSERT INTO events (stream, version, id, type, revision, payload, topic, key, traceparent)
  SELECT e.stream,
    CASE WHEN e.expected = 0 OR EXISTS (
      SELECT FROM events p
      WHERE p.stream = e.stream AND p.version = e.expected AND p.tx < pg_current_xact_id()
    ) THEN e.version END,
    e.id, e.type, e.revision, e.payload, e.topic, e.key, e.traceparent
  FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $6::int[], $7::json[], $8::text[], $9::text[],
    $10::text[]) WITH ORDINALITY
    AS e (stream, expected, version, id, type, revision, payload, topic, key, traceparent, place)
  ORDER BY e.place`;

function eventsPart(appends: readonly Append[]): Part {
  const events = appends.flatMap(({ stream, expected, events: added }) =>
    added.map((event, index) => ({ ...event, stream, expected, version: expected + index + 1 })),
  );
  const values = [
    events.map(({ stream }) => stream),
    events.map(({ expected }) => expected),
    events.map(({ version }) => version),
    events.map(({ id }) => id),
    events.map(({ type }) => type),
    events.map(({ revision }) => revision),
    events.map(({ payload }) => JSON.stringify(payload)),
    events.map(({ publish }) => publish?.topic ?? null),
    events.map(({ publish }) => publish?.key ?? null),
    events.map(({ traceparent }) => traceparent ?? null),
  ];
  return { name: 'appended', text: insertEvents, values };
}

function receiptPart({ consumer, event }: NonNullable<Commit['receipt']>): Part {
  const text = 'INSERT INTO inbox (consumer, event) VALUES ($1, $2)';
  return { name: 'received', text, values: [consumer, event] };
}

// A receipt whose dead letter is gone becomes NULL, which the column refuses: somebody else redeemed it.
function redeemParts({ consumer, event }: NonNullable<Commit['redeems']>): Part[] {
  const values = [consumer, event];
  return [
    { name: 'gone', text: 'DELETE FROM dead_letters WHERE consumer = $1 AND event = $2', values },
    {
      name: 'redeemed',
      text: `UPDATE inbox SET event = CASE WHEN EXISTS (SELECT FROM gone) THEN event END
        WHERE consumer = $1 AND event = $2`,
      values,
    },
  ];
}

// A timer that is gone or was moved is put back without a date, which the column refuses: somebody else had it.
function firedParts({ name, id, due }: NonNullable<Commit['fired']>): Part[] {
  const remove = 'DELETE FROM timers WHERE name = $1 AND id = $2 AND due = $3';
  const refuse = `INSERT INTO timers (name, id, due)
    SELECT $1, $2, NULL WHERE NOT EXISTS (SELECT FROM fired)`;
  return [
    { name: 'fired', text: remove, values: [name, id, due] },
    { name: 'missed', text: refuse, values: [name, id] },
  ];
}

function timersPart(timers: NonNullable<Commit['timers']>): Part {
  const text = `INSERT INTO timers (name, id, due)
    SELECT t.name, t.id, t.due FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS t (name, id, due)
    ORDER BY t.name, t.id
    ON CONFLICT (name, id) DO UPDATE SET due = excluded.due`;
  const last = [...new Map(timers.map((timer) => [JSON.stringify([timer.name, timer.id]), timer])).values()];
  const values = [last.map(({ name }) => name), last.map(({ id }) => id), last.map(({ due }) => due)];
  return { name: 'wound', text, values };
}

function answerPart(answer: NonNullable<Commit['answer']>): Part {
  const text = `INSERT INTO idempotency (scope, key, fingerprint, status, headers, body)
    VALUES ($1, $2, $3, $4, $5, $6)`;
  const { scope, key, fingerprint, status, headers, body } = answer;
  return {
    name: 'answered',
    text,
    values: [scope, key, fingerprint, status, JSON.stringify(headers), body],
  };
}

// A place that is not where it is thought to be becomes NULL, which the column refuses.
const moveProgress = `
  INSERT INTO followers AS f (name, owner, until, tx, seq)
  SELECT $1, '', to_timestamp(0), CASE WHEN coalesce((c.tx, c.seq) = ($2::xid8, $3::bigint), $2::xid8 = '0') THEN $4::xid8 END,
    $5::bigint
  FROM (VALUES (1)) AS one LEFT JOIN followers c ON c.name = $1
  ON CONFLICT (name) DO UPDATE SET
    tx = CASE WHEN (f.tx, f.seq) = ($2::xid8, $3::bigint) THEN excluded.tx END, seq = excluded.seq`;

function progressPart({ name, from, to }: NonNullable<Commit['progress']>): Part {
  return { name: 'moved', text: moveProgress, values: [name, ...from.split('/'), ...to.split('/')] };
}

function rowParts(rows: readonly RowWrite[]): Part[] {
  const byTable = Map.groupBy(rows, ({ table }) => table);
  return [...byTable]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([table, written]) => rowPart(table, written));
}

function rowPart(table: string, written: readonly RowWrite[]): Part {
  const columns = (written[0]?.columns ?? []).map((column) => ({
    field: column,
    column: toSnakeCase(column),
  }));
  // The last write of a row counts; a statement may not write one twice.
  const rows = [...new Map(written.map(({ row }) => [row.id, row])).values()]
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
    .map((row) => {
      const fields = new Map<string, unknown>(Object.entries(row));
      return Object.fromEntries(columns.map(({ field, column }) => [column, fields.get(field)]));
    });
  const names = columns.map(({ column }) => `"${column}"`).join(', ');
  const updates = columns
    .filter(({ column }) => column !== 'id')
    .map(({ column }) => `"${column}" = excluded."${column}"`)
    .join(', ');
  const text = `INSERT INTO "${table}" (${names})
    SELECT ${names} FROM json_populate_recordset(NULL::"${table}", $1::json)
    ON CONFLICT (id) DO ${updates === '' ? 'NOTHING' : `UPDATE SET ${updates}`}`;
  return { name: `"row ${table}"`, text, values: [JSON.stringify(rows)] };
}

function snapshotPart(snapshot: NonNullable<Commit['snapshots']>[number], index: number): Part {
  const text = `INSERT INTO snapshots AS s (stream, version, revision, state) VALUES ($1, $2, $3, $4)
    ON CONFLICT (stream) DO UPDATE
    SET version = excluded.version, revision = excluded.revision, state = excluded.state
    WHERE s.version <= excluded.version`;
  const { stream, version, revision, state } = snapshot;
  return { name: `saved${index}`, text, values: [stream, version, revision, JSON.stringify(state)] };
}

function deadLetterPart(letter: NonNullable<Commit['deadLetter']>): Part {
  const text = `INSERT INTO dead_letters (consumer, event, topic, key, message, error_class, error, attempts)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
  const { consumer, event, topic, key, message, errorClass, error, attempts } = letter;
  const values = [consumer, event, topic, key, JSON.stringify(message), errorClass, error, attempts];
  return { name: 'parked', text, values };
}
