import { defineService } from '@ecommercestack/service-kit';
import { shippingRoutes } from './http.ts';
import { openShipments } from './shipments.ts';

/** Quotes, schedules and tracking. */
export const service = defineService({
  name: 'shipping',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openShipments(stores.tables()),
  routes: shippingRoutes,
});
