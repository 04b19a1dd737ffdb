import { defineService } from '@ecommercestack/service-kit';
import { openActions } from './actions.ts';
import { adminRoutes } from './http.ts';

/** Admin panel and audited commands over the other services. */
export const service = defineService({
  name: 'admin',
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openActions(stores.tables()),
  routes: adminRoutes,
});
