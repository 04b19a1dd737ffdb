import { defineService } from '@ecommercestack/service-kit';
import { openCarts } from './carts.ts';
import { cartRoutes } from './http.ts';

/** Guest and user carts with price snapshots. */
export const service = defineService({
  name: 'cart',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  open: async ({ stores }) => openCarts(stores.keyValues()),
  routes: cartRoutes,
});
