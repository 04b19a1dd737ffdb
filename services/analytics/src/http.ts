import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { report } from './reports.ts';

/** Lists and single reports; changing them is not built yet and says so. */
export const analyticsRoutes = readOnlyRoutes({ path: '/analytics/reports', noun: 'report', schema: report });
