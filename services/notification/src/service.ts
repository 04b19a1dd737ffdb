import { defineService } from '@ecommercestack/service-kit';
import { notificationRoutes } from './http.ts';
import { openNotifications } from './notifications.ts';

/** E-mail and web push by preference, from templates, each once. */
export const service = defineService({
  name: 'notification',
  // It answers reads without the bus; events catch up when the bus is back.
  survives: ['kafka'],
  migrations: new URL('./migrations/', import.meta.url),
  open: async ({ stores }) => openNotifications(stores.tables()),
  routes: notificationRoutes,
});
