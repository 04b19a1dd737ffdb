import { orderMessages } from '@ecommercestack/contracts/events/order';
import { paymentMessages } from '@ecommercestack/contracts/events/payment';
import {
  accepted,
  type BusEvent,
  type Effect,
  readMessage,
  rowWrite,
  type StreamFamily,
  saying,
} from '@ecommercestack/service-kit';
import type { ShippingContext } from './context.ts';
import { toShippingCommand } from './domain/reaction.ts';
import { type ShipmentState, type ShippingEvent, shipmentDecider } from './domain/shipment.ts';
import { shipmentsTable, toShipmentRow } from './shipment-row.ts';

const heard = { ...orderMessages, ...paymentMessages };

/** The streams of shipments, one an order. */
export const shipmentFamily: StreamFamily<ShipmentState, ShippingEvent> = {
  name: 'shipment',
  initialState: shipmentDecider.initialState,
  evolve: shipmentDecider.evolve,
  types: { ShippingScheduled: [], ShippingFailed: [], ShippingCancelled: [] },
  rows: (_, { shipment }) =>
    shipment === undefined ? [] : [rowWrite(shipmentsTable, toShipmentRow(shipment))],
};

/** What a message of an order's flow changes in its shipment; undefined when shipping is not meant. */
export async function followOrder(
  event: BusEvent,
  { streams }: ShippingContext,
): Promise<Effect | undefined> {
  const message = readMessage(heard, event);
  const command = toShippingCommand(message);
  if (command === undefined) return undefined;
  const held = await streams.load(message.data.orderId);
  const events = accepted(shipmentDecider.decide(command, held.state));
  return saying(streams.append(held, events), { topic: 'shop.shipping.v1', key: held.id }, events);
}
