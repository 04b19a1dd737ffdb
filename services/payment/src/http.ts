import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { payment } from './payments.ts';

/** Lists and single payments; changing them is not built yet and says so. */
export const paymentRoutes = readOnlyRoutes({ path: '/payments', noun: 'payment', schema: payment });
