import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** A payment as it is listed. */
export const payment = z.strictObject({
  id: z.string(),
  orderId: z.string(),
  status: z.string(),
});

export type Payment = z.output<typeof payment>;

/** The payments of this service's database. */
export function openPayments(store: RelationalStore): Table<Payment> {
  return store.table({ name: 'payments', columns: ['id', 'orderId', 'status'], schema: payment });
}
