import { defineService } from '@ecommercestack/service-kit';
import { inventoryRoutes } from './http.ts';
import { openItems } from './items.ts';

/** Stock, reservations with a deadline, suppliers and replenishment. */
export const service = defineService({
  name: 'inventory',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openItems(stores.tables()),
  routes: inventoryRoutes,
});
