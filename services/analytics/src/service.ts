import { defineService } from '@ecommercestack/service-kit';
import { analyticsRoutes } from './http.ts';
import { openReports } from './reports.ts';

/** Behaviour, sales reports and the recommendation model, fed only by events. */
export const service = defineService({
  name: 'analytics',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openReports(stores.tables()),
  routes: analyticsRoutes,
});
