import { defineService } from '@ecommercestack/service-kit';
import { reviewRoutes } from './http.ts';
import { openReviews } from './reviews.ts';

/** Reviews, ratings and moderation; one per purchase. */
export const service = defineService({
  name: 'review',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openReviews(stores.tables()),
  routes: reviewRoutes,
});
