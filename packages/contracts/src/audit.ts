/**
 * THE table of checker views: what an invariant may be judged by, in schema `audit` of each service's own database.
 * Amounts are minor units of the currency beside them; times are those of the database.
 */

import type { ServiceName } from './topology.ts';

export type AuditColumn = {
  readonly name: string;
  readonly type: 'text' | 'bigint' | 'integer' | 'timestamptz';
  readonly about: string;
  /** The only values it can have. */
  readonly values?: readonly string[];
};

export type AuditView = {
  readonly name: string;
  /** Whose database it is in: that of every service that keeps events, of one, or of the simulated payment provider. */
  readonly of: 'every' | 'provider' | ServiceName;
  readonly about: string;
  readonly columns: readonly AuditColumn[];
};

function text(name: string, about: string, values?: readonly string[]): AuditColumn {
  return values === undefined ? { name, type: 'text', about } : { name, type: 'text', about, values };
}

function minor(name: string, about: string): AuditColumn {
  return { name, type: 'bigint', about };
}

function count(name: string, about: string): AuditColumn {
  return { name, type: 'integer', about };
}

const orderId = text('order_id', 'Id of the order.');
const currency = text('currency', 'ISO 4217 code of the amounts.');
const service = text('service', 'Schema of the service.');
const time: AuditColumn = { name: 'time', type: 'timestamptz', about: 'When it was written.' };
const eventId = text('event_id', 'Id of the message; the same in every copy of it.');

export const auditViews: readonly AuditView[] = [
  {
    name: 'orders',
    of: 'order',
    about: 'One row an order.',
    columns: [
      orderId,
      text('customer_id', 'Who ordered.'),
      text('status', 'Where it stands.', ['PENDING', 'CONFIRMED', 'CANCELLED']),
      currency,
      minor('total_minor', 'Price of everything in it.'),
    ],
  },
  {
    name: 'sagas',
    of: 'order',
    about: 'One row an order: how far its saga has come.',
    columns: [
      text('saga_id', 'Id of the saga.'),
      orderId,
      text('status', 'Which way it goes.', ['running', 'compensating', 'completed', 'compensated']),
      count('current_step', 'Number of the step that moved last.'),
    ],
  },
  {
    name: 'saga_log',
    of: 'order',
    about: 'One row a change of a step, in order by `position`: each compensation undoes one completed step.',
    columns: [
      orderId,
      count('position', 'Version of the order that the change made.'),
      text('type', 'What happened to the step.', [
        'StepStarted',
        'StepCompleted',
        'StepFailed',
        'CancellationRequested',
        'CompensationStarted',
        'StepCompensated',
      ]),
      text('action', 'The step; null for a cancellation.'),
      time,
    ],
  },
  {
    name: 'payments',
    of: 'payment',
    about: 'One row a payment; an order has at most one.',
    columns: [
      orderId,
      text('payment_id', 'Id of the payment.'),
      currency,
      minor('captured_minor', 'What was taken.'),
      minor('refunded_minor', 'What was given back of it.'),
      text('status', 'Where it stands.', ['pending', 'captured', 'failed', 'refunding', 'refunded']),
    ],
  },
  {
    name: 'provider_ledger',
    of: 'provider',
    about: 'The books of the simulated payment provider: one row an operation that it carried out.',
    columns: [
      text('key', 'Idempotency key that the operation came under.'),
      text('payment_id', 'Id of the payment.'),
      text('operation', 'What was asked.', ['authorize', 'capture', 'refund', 'void']),
      currency,
      minor('minor', 'What it was about.'),
      text('outcome', 'What the provider did.', ['approved', 'declined']),
    ],
  },
  {
    name: 'stock',
    of: 'inventory',
    about: 'One row a SKU: on_hand + reserved + shipped = received, and none below zero.',
    columns: [
      text('sku', 'Stock-keeping unit.'),
      count('on_hand', 'Free to be reserved.'),
      count('reserved', 'Held for orders.'),
      count('shipped', 'Gone to customers.'),
      count('received', 'Everything that ever came.'),
    ],
  },
  {
    name: 'reservations',
    of: 'inventory',
    about: 'One row an order and SKU.',
    columns: [
      orderId,
      text('sku', 'Stock-keeping unit.'),
      count('quantity', 'How many.'),
      text('status', 'Where it stands.', ['held', 'failed', 'released', 'shipped']),
    ],
  },
  {
    name: 'shipments',
    of: 'shipping',
    about: 'One row a shipment; an order has at most one.',
    columns: [
      orderId,
      text('shipment_id', 'Id of the shipment.'),
      text('status', 'Where it stands.', ['scheduled', 'cancelled']),
    ],
  },
  {
    name: 'inbox',
    of: 'every',
    about: 'One row a consumer and message that it handled.',
    columns: [service, text('consumer', 'Whose effect it had.'), eventId, time],
  },
  {
    name: 'outbox',
    of: 'every',
    about: 'Messages that the bus may not have yet; empty at rest.',
    columns: [service, eventId, text('topic', 'Where to.'), text('key', 'What its order is kept by.'), time],
  },
  {
    name: 'dead_letters',
    of: 'every',
    about: 'One row a consumer and message that it gave up.',
    columns: [
      service,
      text('consumer', 'Who gave it up.'),
      eventId,
      text('topic', 'Where it came from.'),
      text('key', 'What its order was kept by.'),
      text('error_class', 'Kind of the cause.'),
      text('error', 'The cause.'),
      count('attempts', 'How often it was tried.'),
      time,
    ],
  },
  {
    name: 'idempotency',
    of: 'every',
    about: 'One row an idempotency key that has its answer.',
    columns: [
      service,
      text('scope', 'Caller, method and route.'),
      text('key', 'The key.'),
      text('fingerprint', 'Hash of what was asked.'),
      count('status', 'HTTP status of the answer.'),
      time,
    ],
  },
];
