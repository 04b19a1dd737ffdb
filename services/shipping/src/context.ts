import type { Shipment } from '@ecommercestack/contracts/http/shipping';
import type { Streams, Table } from '@ecommercestack/service-kit';
import type { ShipmentState, ShippingEvent } from './domain/shipment.ts';

/** What shipments are handled with. */
export type ShippingContext = {
  readonly streams: Streams<ShipmentState, ShippingEvent>;
  readonly shipments: Table<Shipment>;
};
