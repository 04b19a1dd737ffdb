import {
  type Shipment as ShipmentView,
  shipment as shipmentView,
} from '@ecommercestack/contracts/http/shipping';
import type { TableSpec } from '@ecommercestack/service-kit';
import type { Shipment } from './domain/shipment.ts';

/** The table of shipments, a row an order. */
export const shipmentsTable: TableSpec<ShipmentView> = {
  name: 'shipments',
  columns: ['id', 'orderId', 'status', 'carrier', 'trackingCode', 'reason'],
  schema: shipmentView,
};

/** The row of a shipment. */
export function toShipmentRow({
  shipmentId: id,
  orderId,
  status,
  carrier,
  trackingCode,
  reason,
}: Shipment): ShipmentView {
  return { id, orderId, status, carrier, trackingCode, reason };
}
