import type { InventoryMessage } from '@ecommercestack/contracts/events/inventory';
import type { OrderMessage } from '@ecommercestack/contracts/events/order';
import type { ShippingMessage } from '@ecommercestack/contracts/events/shipping';
import type { PaymentCommand } from './payment.ts';

/** What payment does about a message; undefined when it is not meant. */
export function toPaymentCommand({
  type,
  data,
}: OrderMessage | InventoryMessage | ShippingMessage): PaymentCommand | undefined {
  const { orderId, sagaId, flow } = data;
  const isChoreographed = flow.mode === 'Choreography';
  switch (type) {
    case 'ProcessPayment': {
      const { amount, paymentToken } = data;
      return { type: 'ProcessPayment', data: { orderId, sagaId, flow, amount, paymentToken } };
    }
    case 'ItemsReserved': {
      if (!isChoreographed) return undefined;
      const { amount, paymentToken } = flow;
      return { type: 'ProcessPayment', data: { orderId, sagaId, flow, amount, paymentToken } };
    }
    case 'RefundPayment':
      return { type: 'RefundPayment', data: { orderId } };
    case 'ShippingFailed':
    case 'ShippingCancelled':
      return isChoreographed ? { type: 'RefundPayment', data: { orderId } } : undefined;
    default:
      return undefined;
  }
}
