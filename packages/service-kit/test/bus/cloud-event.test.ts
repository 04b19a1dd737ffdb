import { describe, expect, test } from 'vitest';
import { parseRecord, toRecord } from '../../src/bus/cloud-event.ts';

const topic = 'shop.order.v1';
const event = {
  id: '1',
  topic,
  key: 'o-1',
  type: 'OrderCreated',
  source: 'order-service',
  time: '2026-01-01T00:00:00.000Z',
  payload: { total: '1999' },
} as const;

function raw(changes: { headers?: Record<string, string>; value?: string | null; key?: string | null } = {}) {
  const record = { ...toRecord(event), ...changes };
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  return { key: bytes(record.key), value: bytes(record.value), headers: record.headers };
}

test('a record is CloudEvents 1.0 in binary mode', () => {
  expect(toRecord(event)).toEqual({
    key: 'o-1',
    value: '{"total":"1999"}',
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: '1',
      ce_type: 'OrderCreated',
      ce_source: 'order-service',
      ce_time: '2026-01-01T00:00:00.000Z',
    },
  });
});

test('and reads back as the event, whether headers are bytes or text', () => {
  expect(parseRecord(topic, raw())).toEqual(event);
  const headers = Object.fromEntries(
    Object.entries(toRecord(event).headers).map(([name, value]) => [name, Buffer.from(value)]),
  );
  expect(parseRecord(topic, { ...raw(), headers })).toEqual(event);
});

describe('a record that is no event of ours', () => {
  test.each([
    ['no headers', raw({ headers: {} })],
    ['no id', raw({ headers: { ...toRecord(event).headers, ce_id: '' } })],
    ['a time that is none', raw({ headers: { ...toRecord(event).headers, ce_time: 'yesterday' } })],
    ['a value that is no JSON', raw({ value: '{' })],
    ['no value', raw({ value: null })],
    ['no key', raw({ key: null })],
  ])('%s', (_, record) => {
    expect(parseRecord(topic, record)).toBeUndefined();
  });
});
