import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { order } from './orders.ts';

/** Lists and single orders; changing them is not built yet and says so. */
export const orderRoutes = readOnlyRoutes({ path: '/orders', noun: 'order', schema: order });
