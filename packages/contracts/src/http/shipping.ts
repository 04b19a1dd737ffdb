import { z } from 'zod';
import { stockLine } from '../events/order-flow.ts';
import { money } from '../money.ts';

/** The shipment of one order. */
export const shipment = z.strictObject({
  id: z.string(),
  orderId: z.string(),
  status: z.enum(['scheduled', 'failed', 'cancelled']),
  carrier: z.string().nullable(),
  trackingCode: z.string().nullable(),
  reason: z.string().nullable().describe('Why it failed.'),
});

/** What a parcel would cost. */
export const quoteRequest = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/, 'two capital letters of ISO 3166, for example DE'),
  items: z.array(stockLine).min(1).max(50),
});

export const quote = z.strictObject({ carrier: z.string(), price: money, days: z.int().min(1) });

export type Shipment = z.output<typeof shipment>;
