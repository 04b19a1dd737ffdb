import { z } from 'zod';
import { stockLine } from '../events/order-flow.ts';
import { sku } from './product.ts';

/** Stock of one SKU: on hand + reserved + shipped = received. */
export const stockItem = z.strictObject({
  id: sku.describe('The SKU.'),
  onHand: z.int().min(0),
  reserved: z.int().min(0),
  shipped: z.int().min(0),
  received: z.int().min(0),
});

/** The reservation of one order. */
export const reservation = z.strictObject({
  id: z.string().describe('Id of the order.'),
  sagaId: z.string(),
  status: z.enum(['held', 'failed', 'released', 'shipped']),
  items: z.array(stockLine),
  expiresAt: z.iso.datetime().nullable().describe('When the order is told that it takes too long.'),
});

/** Goods that came in. */
export const stockReceipt = z.strictObject({ quantity: z.int().min(1).max(1_000_000) });

export type StockItem = z.output<typeof stockItem>;
export type Reservation = z.output<typeof reservation>;
