import type { Topic } from '@ecommercestack/contracts/topology';
import { z } from 'zod';
import type { BusEvent, UnreadableRecord } from './event-bus.ts';

/** A record as Kafka carries it: CloudEvents 1.0 in binary mode, the payload alone in the value. */
export type BusRecord = { key: string; value: string; headers: Record<string, string> };

type RawRecord = {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, unknown>>;
};

const envelope = z.object({
  ce_id: z.string().min(1),
  ce_type: z.string().min(1),
  ce_source: z.string().min(1),
  ce_time: z.iso.datetime(),
  ce_revision: z.coerce.number().int().min(1).optional(),
  traceparent: z.string().optional(),
});

export function toRecord(event: BusEvent): BusRecord {
  return {
    key: event.key,
    value: JSON.stringify(event.payload),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: event.type,
      ce_source: event.source,
      ce_time: event.time,
      ...(event.revision === undefined ? {} : { ce_revision: String(event.revision) }),
      ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    },
  };
}

/** The event in a record, or undefined when the record is not one of ours. */
export function parseRecord(topic: Topic, record: RawRecord): BusEvent | undefined {
  const texts = Object.entries(record.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    Buffer.isBuffer(value) ? value.toString('utf8') : value,
  ]);
  const headers = envelope.safeParse(Object.fromEntries(texts));
  const payload = parseJson(record.value);
  if (!headers.success || payload === undefined || record.key === null) return undefined;
  const { ce_id: id, ce_type: type, ce_source: source, ce_time: time } = headers.data;
  const { ce_revision: revision, traceparent } = headers.data;
  const event = { id, topic, key: record.key.toString('utf8'), type, source, time, payload: payload.value };
  return {
    ...event,
    ...(revision === undefined ? {} : { revision }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** A record that is no event, in a form that can be kept and looked at. */
export function toUnreadable(
  topic: Topic,
  partition: number,
  record: RawRecord & { readonly offset: string },
): UnreadableRecord {
  const headers = Object.entries(record.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    topic,
    partition,
    offset: record.offset,
    key: record.key === null ? null : record.key.toString('utf8'),
    value: record.value === null ? null : record.value.toString('base64'),
    headers: Object.fromEntries(headers),
  };
}

function parseJson(value: Buffer | null): { value: unknown } | undefined {
  if (value === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(value.toString('utf8'));
    return { value: parsed };
  } catch {
    return undefined;
  }
}
