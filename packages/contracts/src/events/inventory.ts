import { z } from 'zod';
import type { MessageOf, MessageTable } from './message.ts';
import { flowMessage, reason, stockLine } from './order-flow.ts';

/** Facts of `shop.inventory.v1`: the reservation of an order. */
export const inventoryMessages = {
  ItemsReserved: flowMessage.extend({ items: z.array(stockLine).min(1), expiresAt: z.iso.datetime() }),
  ReservationFailed: flowMessage.extend({ reason, sku: z.string() }),
  ItemsReleased: flowMessage.extend({ items: z.array(stockLine) }),
  ReservationExpired: flowMessage,
} as const satisfies MessageTable;

export type InventoryMessage = MessageOf<typeof inventoryMessages>;
