import { z } from 'zod';
import { money } from '../money.ts';
import type { MessageOf, MessageTable } from './message.ts';
import { flowMessage, reason } from './order-flow.ts';

/** Facts of `shop.payment.v1`: the payment of an order. */
export const paymentMessages = {
  PaymentProcessed: flowMessage.extend({ paymentId: z.string(), amount: money }),
  PaymentFailed: flowMessage.extend({ paymentId: z.string(), reason }),
  PaymentRefunded: flowMessage.extend({ paymentId: z.string(), amount: money }),
} as const satisfies MessageTable;

export type PaymentMessage = MessageOf<typeof paymentMessages>;
