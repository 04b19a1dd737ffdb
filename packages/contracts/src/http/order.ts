import { z } from 'zod';
import {
  customerId,
  destination,
  orderId,
  orderLine,
  paymentToken,
  quantity,
  reason,
} from '../events/order-flow.ts';
import { money } from '../money.ts';
import { pageOf, pageQuery } from '../page.ts';
import { productId } from './product.ts';

/** What a customer asks for. Prices are the catalogue's; `expectedTotal` refuses the order when they differ. */
export const orderRequest = z.strictObject({
  customerId,
  items: z
    .array(z.strictObject({ productId, quantity }))
    .min(1)
    .max(50)
    .refine(
      (items) => new Set(items.map((item) => item.productId)).size === items.length,
      'each product once, with its quantity',
    ),
  paymentToken,
  shippingAddress: destination,
  expectedTotal: money.optional().describe('What the customer was shown; another total is refused.'),
});

export const orderStatus = z.enum(['PENDING', 'CONFIRMED', 'CANCELLED']);

/** An order as it is answered. */
export const order = z.strictObject({
  id: orderId,
  customerId,
  sagaId: z.uuid(),
  status: orderStatus,
  items: z.array(orderLine),
  totalAmount: money,
  reason: reason.nullable().describe('Why it was cancelled.'),
});

export const orderPage = pageOf(order);
export const orderQuery = pageQuery.extend({
  customerId: customerId.optional().describe('Only of this customer.'),
});

const stepStatus = z.enum(['pending', 'running', 'completed', 'failed', 'compensating', 'compensated']);

/** One step of a saga with its compensation. */
export const sagaStep = z.strictObject({
  stepId: z.int().min(1),
  action: z.string(),
  service: z.string(),
  compensation: z.string().nullable(),
  status: stepStatus,
});

/** How far an order's saga has come. */
export const saga = z.strictObject({
  sagaId: z.uuid(),
  sagaType: z.literal('OrderProcessing'),
  steps: z.array(sagaStep),
  compensationRequired: z.boolean(),
  currentStep: z.int().min(1).describe('The stepId that runs, is compensated, or was last.'),
});

export type Order = z.output<typeof order>;
export type OrderRequest = z.output<typeof orderRequest>;
export type Saga = z.output<typeof saga>;
export type StepStatus = z.output<typeof stepStatus>;
