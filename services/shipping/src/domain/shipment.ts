import type { Destination, Flow, StockLine } from '@ecommercestack/contracts/events/order-flow';
import { type Decider, ok, refused } from '@ecommercestack/service-kit';
import type { ShippingRefusal } from '../refusals.ts';
import { quoteOf } from './quote.ts';

type Identity = { readonly orderId: string; readonly sagaId: string; readonly flow: Flow };

export type Shipment = Identity & {
  readonly status: 'scheduled' | 'failed' | 'cancelled';
  readonly shipmentId: string;
  readonly carrier: string | null;
  readonly trackingCode: string | null;
  readonly reason: string | null;
};

export type ShipmentState = { readonly shipment?: Shipment };

export type ShippingCommand =
  | {
      readonly type: 'ScheduleShipping';
      readonly data: Identity & { readonly destination: Destination; readonly items: readonly StockLine[] };
    }
  | { readonly type: 'CancelShipping'; readonly data: { readonly orderId: string } };

export type ShippingEvent =
  | {
      readonly type: 'ShippingScheduled';
      readonly data: Identity & {
        readonly shipmentId: string;
        readonly carrier: string;
        readonly trackingCode: string;
      };
    }
  | { readonly type: 'ShippingFailed'; readonly data: Identity & { readonly reason: string } }
  | { readonly type: 'ShippingCancelled'; readonly data: Identity & { readonly shipmentId: string } };

/** A shipment: scheduled with the carrier that the quote names, or cancelled before it leaves. */
export const shipmentDecider: Decider<ShipmentState, ShippingCommand, ShippingEvent, ShippingRefusal> = {
  initialState: {},
  decide: (command, { shipment }) => {
    if (command.type === 'ScheduleShipping')
      return ok(shipment === undefined ? [schedule(command.data)] : []);
    if (shipment === undefined) return refused('no-shipment');
    if (shipment.status === 'cancelled') return ok([]);
    if (shipment.status === 'failed') return refused('nothing-to-cancel');
    const { orderId, sagaId, flow, shipmentId } = shipment;
    return ok([
      { type: 'ShippingCancelled', data: { orderId, sagaId, flow, shipmentId } } satisfies ShippingEvent,
    ]);
  },
  evolve,
};

function evolve({ shipment }: ShipmentState, { type, data }: ShippingEvent): ShipmentState {
  const { orderId, sagaId, flow } = data;
  const none = {
    orderId,
    sagaId,
    flow,
    shipmentId: shipmentIdOf(orderId),
    carrier: null,
    trackingCode: null,
    reason: null,
  };
  switch (type) {
    case 'ShippingScheduled':
      return { shipment: { ...none, ...data, status: 'scheduled' } };
    case 'ShippingFailed':
      return { shipment: { ...none, status: 'failed', reason: data.reason } };
    case 'ShippingCancelled':
      return { shipment: { ...none, ...shipment, status: 'cancelled' } };
  }
}

function schedule({
  destination,
  items,
  ...identity
}: Extract<ShippingCommand, { type: 'ScheduleShipping' }>['data']): ShippingEvent {
  const quote = quoteOf(destination.country, items);
  if (quote === undefined)
    return { type: 'ShippingFailed', data: { ...identity, reason: 'destination-not-served' } };
  const { orderId } = identity;
  const trackingCode = `EC${orderId.replaceAll('-', '').slice(-16).toUpperCase()}`;
  const { carrier } = quote;
  return {
    type: 'ShippingScheduled',
    data: { ...identity, shipmentId: shipmentIdOf(orderId), carrier, trackingCode },
  };
}

function shipmentIdOf(orderId: string): string {
  return `shp_${orderId}`;
}
