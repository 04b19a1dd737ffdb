import { orderMessages } from '@ecommercestack/contracts/events/order';
import { paymentMessages } from '@ecommercestack/contracts/events/payment';
import { accepted, type BusEvent, type Effect, readMessage, type Timer } from '@ecommercestack/service-kit';
import type { InventoryContext } from './context.ts';
import { toInventoryCommand } from './domain/reaction.ts';
import { warehouse } from './domain/warehouse.ts';
import { toWarehouse } from './warehouse-streams.ts';

const heard = { ...orderMessages, ...paymentMessages };

/** What a message of an order or its payment changes in stock; undefined when inventory is not meant. */
export async function followOrder(
  event: BusEvent,
  { streams, clock, reservationMs }: InventoryContext,
): Promise<Effect | undefined> {
  const expiresAt = new Date(clock.now() + reservationMs).toISOString();
  const command = toInventoryCommand(readMessage(heard, event), expiresAt);
  if (command === undefined || !('orderId' in command.data)) return undefined;
  const skus = command.type === 'ReserveItems' ? command.data.items.map(({ sku }) => sku) : [];
  const held = await streams.load(command.data.orderId, skus);
  return streams.append(held, accepted(warehouse.decide(command, toWarehouse(held))));
}

/** Tells an order that its reservation is past the deadline; nothing when it has ended before. */
export async function expireReservation(
  { id: orderId }: Timer,
  { streams, clock }: InventoryContext,
): Promise<Effect | undefined> {
  const held = await streams.load(orderId, []);
  const now = new Date(clock.now()).toISOString();
  const command = { type: 'ExpireReservation', data: { orderId, now } } as const;
  const events = accepted(warehouse.decide(command, toWarehouse(held)));
  return events.length === 0 ? undefined : streams.append(held, events);
}
