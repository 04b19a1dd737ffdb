import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { notification } from './notifications.ts';

/** Lists and single notifications; changing them is not built yet and says so. */
export const notificationRoutes = readOnlyRoutes({
  path: '/notifications',
  noun: 'notification',
  schema: notification,
});
