import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { review } from './reviews.ts';

/** Lists and single reviews; changing them is not built yet and says so. */
export const reviewRoutes = readOnlyRoutes({ path: '/reviews', noun: 'review', schema: review });
