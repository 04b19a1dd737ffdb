import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** A shipment as it is listed. */
export const shipment = z.strictObject({
  id: z.string(),
  orderId: z.string(),
  status: z.string(),
});

export type Shipment = z.output<typeof shipment>;

/** The shipments of this service's database. */
export function openShipments(store: RelationalStore): Table<Shipment> {
  return store.table({ name: 'shipments', columns: ['id', 'orderId', 'status'], schema: shipment });
}
