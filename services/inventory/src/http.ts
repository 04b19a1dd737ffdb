import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { stockItem } from './items.ts';

/** Lists and single items; changing them is not built yet and says so. */
export const inventoryRoutes = readOnlyRoutes({
  path: '/inventory/items',
  noun: 'stock item',
  schema: stockItem,
});
