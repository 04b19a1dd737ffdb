import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { auditedAction } from './actions.ts';

/** Lists and single actions; changing them is not built yet and says so. */
export const adminRoutes = readOnlyRoutes({
  path: '/admin/actions',
  noun: 'audited action',
  schema: auditedAction,
});
