import { inventoryMessages } from '@ecommercestack/contracts/events/inventory';
import { readMessage } from '@ecommercestack/service-kit';
import { createMemoryTables } from '@ecommercestack/service-kit/testing';
import { expect, test } from 'vitest';
import type { InventoryContext } from '../src/context.ts';
import { expireReservation, followOrder } from '../src/events.ts';
import { itemsTable, reservationsTable } from '../src/inventory-row.ts';
import { receiveStock } from '../src/receive.ts';
import { deadlineTimer, openWarehouse } from '../src/warehouse-streams.ts';

const orderId = '00000000-0000-7000-8000-000000000001';

async function open() {
  const clock = { time: 0, now: () => clock.time };
  const store = createMemoryTables(clock);
  const streams = openWarehouse(store.events);
  const context: InventoryContext = {
    streams,
    items: store.table(itemsTable),
    reservations: store.table(reservationsTable),
    clock,
    reservationMs: 1000,
  };
  const received = await receiveStock('A', 5, streams);
  if (received.ok) await store.events.commit(received.value.effect);
  const flow = { mode: 'Orchestration' };
  const payload = { orderId, sagaId: orderId, flow, items: [{ sku: 'A', quantity: 2 }] };
  const hear = async (type: string) => {
    const time = new Date(0).toISOString();
    const event = {
      id: type,
      topic: 'shop.order.v1',
      key: orderId,
      type,
      source: 'order',
      time,
      payload,
    } as const;
    return (await followOrder(event, context)) ?? {};
  };
  return { clock, store, context, hear };
}

const timer = { name: deadlineTimer, id: orderId, due: '1970-01-01T00:00:01.000Z' };

test('a reservation sets its deadline; past it the order is told once', async () => {
  const { clock, store, context, hear } = await open();
  const effect = await hear('ReserveItems');
  expect(effect.timers).toEqual([timer]);
  await store.events.commit(effect);
  expect(await expireReservation(timer, context)).toBeUndefined();
  clock.time = 1000;
  const expired = await expireReservation(timer, context);
  expect(
    expired?.messages?.map(({ type, payload }) => readMessage(inventoryMessages, { type, payload }).type),
  ).toEqual(['ReservationExpired']);
  await store.events.commit(expired ?? {});
  expect(await expireReservation(timer, context)).toBeUndefined();
});

test('a reservation that has ended has no deadline any more', async () => {
  const { clock, store, context, hear } = await open();
  await store.events.commit(await hear('ReserveItems'));
  await store.events.commit(await hear('ReleaseItems'));
  clock.time = 1000;
  expect(await expireReservation(timer, context)).toBeUndefined();
  expect(await context.items.get('A')).toMatchObject({ onHand: 5, reserved: 0 });
});
