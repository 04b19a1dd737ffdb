import { readOnlyRoutes } from '@ecommercestack/service-kit';
import { shipment } from './shipments.ts';

/** Lists and single shipments; changing them is not built yet and says so. */
export const shippingRoutes = readOnlyRoutes({
  path: '/shipping/shipments',
  noun: 'shipment',
  schema: shipment,
});
