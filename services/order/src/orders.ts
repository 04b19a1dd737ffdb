import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** An order as it is listed. */
export const order = z.strictObject({
  id: z.string(),
  customerId: z.string(),
  status: z.string(),
});

export type Order = z.output<typeof order>;

/** The orders of this service's database. */
export function openOrders(store: RelationalStore): Table<Order> {
  return store.table({ name: 'orders', columns: ['id', 'customerId', 'status'], schema: order });
}
