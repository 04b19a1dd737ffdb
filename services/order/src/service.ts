import { defineService } from '@ecommercestack/service-kit';
import { orderRoutes } from './http.ts';
import { openOrders } from './orders.ts';

/** Orders and the order saga. */
export const service = defineService({
  name: 'order',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openOrders(stores.tables()),
  routes: orderRoutes,
});
