import { expect, test } from 'vitest';
import { judgeInvariants } from '../saga-fire/invariants.ts';
import type { Views } from '../saga-fire/views.ts';

const step = (position: number, type: string, action: string, id = 'b') => ({
  order_id: id,
  position,
  type,
  action,
});
const operation = (id: string, kind: string, minor = 5n) => ({
  key: `${id}:${kind}`,
  payment_id: id,
  operation: kind,
  currency: 'EUR',
  minor,
  outcome: 'approved',
});

/** One order that was confirmed and one that was refunded and cancelled. */
const sound: Views = {
  orders: [
    { order_id: 'a', status: 'CONFIRMED', currency: 'EUR', total_minor: 5n },
    { order_id: 'b', status: 'CANCELLED', currency: 'EUR', total_minor: 5n },
  ],
  sagaLog: [
    step(2, 'StepCompleted', 'CreateOrder'),
    step(4, 'StepCompleted', 'ReserveItems'),
    step(9, 'StepCompensated', 'ReserveItems'),
    step(11, 'StepCompensated', 'CreateOrder'),
    step(2, 'StepCompleted', 'CreateOrder', 'a'),
  ],
  payments: [
    { order_id: 'a', payment_id: 'pa', currency: 'EUR', captured_minor: 5n, refunded_minor: 0n },
    { order_id: 'b', payment_id: 'pb', currency: 'EUR', captured_minor: 5n, refunded_minor: 5n },
  ],
  ledger: [operation('pa', 'capture'), operation('pb', 'capture'), operation('pb', 'refund')],
  stock: [{ sku: 'M', on_hand: 8, reserved: 0, shipped: 2, received: 10 }],
  reservations: [
    { order_id: 'a', sku: 'M', quantity: 2, status: 'shipped' },
    { order_id: 'b', sku: 'M', quantity: 3, status: 'released' },
  ],
  shipments: [{ order_id: 'a', shipment_id: 's', status: 'scheduled' }],
  outbox: [],
  deadLetters: [{ consumer: 'payment-service', event_id: 'p', error: 'not known' }],
};

const poison = [{ event: 'p', consumers: ['payment-service'] }];

const brokenBy = (change: Partial<Views>) =>
  judgeInvariants({ ...sound, ...change }, poison)
    .filter(({ broken }) => broken.length > 0)
    .map(({ id }) => id);
const first = <Row>(rows: readonly Row[], change: Partial<Row>): Row[] =>
  rows.map((row, index) => (index === 0 ? { ...row, ...change } : row));

test('a sound shop breaks nothing', () => {
  expect(brokenBy({})).toEqual([]);
});

test.each<readonly [string, Partial<Views>, readonly string[]]>([
  ['a cent too much', { orders: first(sound.orders, { total_minor: 4n }) }, ['I1']],
  ['another currency', { orders: first(sound.orders, { currency: 'USD' }) }, ['I1']],
  [
    'a refund that is missing',
    { payments: first(sound.payments.toReversed(), { refunded_minor: 0n }) },
    ['I1', 'I8'],
  ],
  [
    'an order that does not end',
    { orders: [...sound.orders, { order_id: 'c', status: 'PENDING', currency: 'EUR', total_minor: 1n }] },
    ['I3'],
  ],
  ['a unit that vanished', { stock: first(sound.stock, { on_hand: 7 }) }, ['I2']],
  ['a unit reserved for nobody', { stock: first(sound.stock, { on_hand: 7, reserved: 1 }) }, ['I2']],
  ['a unit shipped and not sold', { stock: first(sound.stock, { on_hand: 7, shipped: 3 }) }, ['I2']],
  ['a shipment without a capture', { shipments: first(sound.shipments, { order_id: 'z' }) }, ['I4']],
  ['two shipments', { shipments: [...sound.shipments, ...sound.shipments] }, ['I4']],
  ['a payment for nothing', { orders: sound.orders.slice(1) }, ['I2', 'I4']],
  [
    'a wrong order of compensation',
    { sagaLog: sound.sagaLog.map((row) => (row.position === 11 ? { ...row, position: 8 } : row)) },
    ['I5'],
  ],
  ['a step that is not undone', { sagaLog: sound.sagaLog.filter(({ position }) => position !== 9) }, ['I5']],
  [
    'a second capture at the provider',
    { ledger: [...sound.ledger, { ...operation('pa', 'capture'), key: 'again' }] },
    ['I8'],
  ],
  ['a payment that the provider does not know', { ledger: sound.ledger.slice(1) }, ['I8']],
  ['a message that is not published', { outbox: [{ service: 'order', event_id: 'e' }] }, ['I6']],
  ['poison that nobody gave up', { deadLetters: [] }, ['I10']],
  [
    'a good message that was given up',
    { deadLetters: [...sound.deadLetters, { consumer: 'x', event_id: 'e', error: 'y' }] },
    ['I10'],
  ],
  ['poison that was given up twice', { deadLetters: [...sound.deadLetters, ...sound.deadLetters] }, ['I10']],
])('%s is seen', (_, change, broken) => {
  expect(brokenBy(change)).toEqual(broken);
});
