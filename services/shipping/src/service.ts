import { defineService, openStreams } from '@ecommercestack/service-kit';
import type { ShippingContext } from './context.ts';
import { followOrder, shipmentFamily } from './events.ts';
import { shippingRoutes } from './http.ts';
import { shippingRefusals } from './refusals.ts';
import { shipmentsTable } from './shipment-row.ts';

/** Quotes and shipments. */
export const service = defineService({
  name: 'shipping',
  // It answers without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  refusals: shippingRefusals,
  open: async ({ stores }): Promise<ShippingContext> => ({
    streams: openStreams(shipmentFamily, stores.events()),
    shipments: stores.tables().table(shipmentsTable),
  }),
  routes: shippingRoutes,
  handles: [
    { topic: 'shop.order.v1', handle: followOrder },
    { topic: 'shop.payment.v1', handle: followOrder },
  ],
});
