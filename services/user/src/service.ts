import { defineService } from '@ecommercestack/service-kit';
import { userRoutes } from './http.ts';
import { openUsers } from './users.ts';

/** Accounts, authentication, roles and tiers. */
export const service = defineService({
  name: 'user',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openUsers(stores.tables()),
  routes: userRoutes,
});
