import { orderMessages } from '@ecommercestack/contracts/events/order';
import { paymentMessages } from '@ecommercestack/contracts/events/payment';
import { accepted, type BusEvent, type Effect, readMessage } from '@ecommercestack/service-kit';
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
