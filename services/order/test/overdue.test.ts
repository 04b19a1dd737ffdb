import { openStreams } from '@ecommercestack/service-kit';
import { createMemoryTables } from '@ecommercestack/service-kit/testing';
import { expect, test } from 'vitest';
import { reportOverdue } from '../src/events.ts';
import { ordersTable } from '../src/order-row.ts';
import { orderFamily } from '../src/order-streams.ts';
import { overdueTimer, placeOrder } from '../src/place.ts';
import { given, paid, placing, reserved, scheduled } from './domain/given.ts';

async function open() {
  const reports: object[] = [];
  const clock = { now: () => 0 };
  const store = createMemoryTables(clock);
  const streams = openStreams(orderFamily, store.events);
  const { items, orderId } = placing;
  const context = {
    streams,
    rows: store.table(ordersTable),
    catalogue: { price: async () => ({ ok: true as const, value: items }) },
    ids: { next: () => orderId },
    clock,
    overdueMs: 60_000,
    reportOverdue: (fields: object) => reports.push(fields),
    mode: 'Orchestration' as const,
  };
  return { store, streams, context, reports, orderId };
}

const { customerId, paymentToken, destination: shippingAddress } = placing;
const asked = { customerId, paymentToken, shippingAddress, items: [{ productId: 'mug', quantity: 2 }] };

test('an order that is placed is looked at after a minute, and reported while it is open', async () => {
  const { store, context, reports, orderId } = await open();
  const placed = await placeOrder(asked, {}, context);
  if (!placed.ok) throw new Error(placed.refusal.refusal);
  const timer = { name: overdueTimer, id: orderId, due: '1970-01-01T00:01:00.000Z' };
  expect(placed.value.effect.timers).toEqual([timer]);
  await store.events.commit(placed.value.effect);
  await reportOverdue(timer, context);
  expect(reports).toEqual([{ orderId, step: 'ReserveItems' }]);
});

test('an order that has ended is not reported', async () => {
  const { store, streams, context, reports, orderId } = await open();
  const held = await streams.load(orderId);
  await store.events.commit(streams.append(held, given('Orchestration', reserved, paid, scheduled)));
  await reportOverdue({ name: overdueTimer, id: orderId, due: '' }, context);
  expect(reports).toEqual([]);
});
