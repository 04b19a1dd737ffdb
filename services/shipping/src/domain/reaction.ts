import type { OrderMessage } from '@ecommercestack/contracts/events/order';
import type { PaymentMessage } from '@ecommercestack/contracts/events/payment';
import type { ShippingCommand } from './shipment.ts';

/** What shipping does about a message; undefined when it is not meant. */
export function toShippingCommand({
  type,
  data,
}: OrderMessage | PaymentMessage): ShippingCommand | undefined {
  const { orderId, sagaId, flow } = data;
  switch (type) {
    case 'ScheduleShipping': {
      const { destination, items } = data;
      return { type: 'ScheduleShipping', data: { orderId, sagaId, flow, destination, items } };
    }
    case 'PaymentProcessed': {
      if (flow.mode !== 'Choreography') return undefined;
      const { destination, items } = flow;
      return { type: 'ScheduleShipping', data: { orderId, sagaId, flow, destination, items } };
    }
    case 'CancelShipping':
      return { type: 'CancelShipping', data: { orderId } };
    default:
      return undefined;
  }
}
