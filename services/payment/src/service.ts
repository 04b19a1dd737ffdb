import { defineService } from '@ecommercestack/service-kit';
import { paymentRoutes } from './http.ts';
import { openPayments } from './payments.ts';

/** Authorize, capture, refund and void; idempotent by key. */
export const service = defineService({
  name: 'payment',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openPayments(stores.tables()),
  routes: paymentRoutes,
});
