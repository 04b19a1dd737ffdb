import type { Topic } from '@ecommercestack/contracts/topology';
import { z } from 'zod';
import type { Position, StoredEvent } from './event-store.ts';

const names = [
  'tx',
  'seq',
  'stream',
  'version',
  'id',
  'type',
  'revision',
  'payload',
  'topic',
  'key',
  'traceparent',
] as const;

/** The columns of an event, as `eventRow` reads them. */
export function eventColumns(alias: string): string {
  return [...names.map((name) => `${alias}.${name}`), `${isoDate(`${alias}.time`)} AS time`].join(', ');
}

/** An expression for a time as an ISO date with milliseconds. */
export function isoDate(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** An event as PostgreSQL answers it; 64-bit numbers come as digits. */
export const eventRow = z.object({
  tx: z.string(),
  seq: z.string(),
  stream: z.string(),
  version: z.int(),
  id: z.string(),
  type: z.string(),
  revision: z.int(),
  payload: z.unknown(),
  topic: z.custom<Topic>((topic) => typeof topic === 'string').nullable(),
  key: z.string().nullable(),
  traceparent: z.string().nullable(),
  time: z.string(),
});

export type EventRow = z.output<typeof eventRow>;

export function toStoredEvent(row: EventRow): StoredEvent {
  const { tx, seq, topic, key, traceparent, ...event } = row;
  return {
    ...event,
    position: toPosition(row),
    ...(topic === null || key === null ? {} : { publish: { topic, key } }),
    ...(traceparent === null ? {} : { traceparent }),
  };
}

export function toPosition({ tx, seq }: { readonly tx: string; readonly seq: string }): Position {
  return `${BigInt(tx)}/${BigInt(seq)}`;
}
