import { z } from 'zod';
import { money } from '../money.ts';
import type { MessageOf, MessageTable } from './message.ts';
import {
  customerId,
  destination,
  flowMessage,
  orderLine,
  paymentToken,
  reason,
  stockLine,
} from './order-flow.ts';

/** Facts and commands of `shop.order.v1`. Commands are for one participant; whoever is not meant passes them by. */
export const orderMessages = {
  OrderCreated: flowMessage.extend({ customerId, items: z.array(orderLine).min(1), totalAmount: money }),
  OrderConfirmed: flowMessage.extend({ customerId, totalAmount: money }),
  OrderCancelled: flowMessage.extend({ customerId, totalAmount: money, reason }),
  ReserveItems: flowMessage.extend({ items: z.array(stockLine).min(1) }),
  ReleaseItems: flowMessage,
  ProcessPayment: flowMessage.extend({ amount: money, paymentToken }),
  RefundPayment: flowMessage,
  ScheduleShipping: flowMessage.extend({ destination, items: z.array(stockLine).min(1) }),
  CancelShipping: flowMessage,
} as const satisfies MessageTable;

export type OrderMessage = MessageOf<typeof orderMessages>;
