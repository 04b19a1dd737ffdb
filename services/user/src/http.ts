import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { account } from './users.ts';

/** Lists and single users; changing them is not built yet and says so. */
export const userRoutes = readOnlyRoutes({ path: '/users', noun: 'account', schema: account });
