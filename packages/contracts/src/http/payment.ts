import { z } from 'zod';
import { currency } from '../currency.ts';

const minor = z.string().regex(/^[0-9]{1,16}$/);

/** The payment of one order. */
export const payment = z.strictObject({
  id: z.string(),
  orderId: z.string(),
  status: z.enum(['pending', 'captured', 'failed', 'refunding', 'refunded']),
  currency,
  amountMinor: minor,
  capturedMinor: minor,
  refundedMinor: minor,
  reason: z.string().nullable().describe('Why it failed.'),
});

export type Payment = z.output<typeof payment>;
