import { z } from 'zod';
import type { MessageOf, MessageTable } from './message.ts';
import { flowMessage, reason } from './order-flow.ts';

/** Facts of `shop.shipping.v1`: the shipment of an order. */
export const shippingMessages = {
  ShippingScheduled: flowMessage.extend({
    shipmentId: z.string(),
    carrier: z.string(),
    trackingCode: z.string(),
  }),
  ShippingFailed: flowMessage.extend({ reason }),
  ShippingCancelled: flowMessage.extend({ shipmentId: z.string() }),
} as const satisfies MessageTable;

export type ShippingMessage = MessageOf<typeof shippingMessages>;
