import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** A stock item as it is listed. */
export const stockItem = z.strictObject({
  id: z.string(),
  onHand: z.int().min(0),
  reserved: z.int().min(0),
});

export type StockItem = z.output<typeof stockItem>;

/** The items of this service's database. */
export function openItems(store: RelationalStore): Table<StockItem> {
  return store.table({ name: 'items', columns: ['id', 'onHand', 'reserved'], schema: stockItem });
}
