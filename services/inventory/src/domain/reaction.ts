import type { OrderMessage } from '@ecommercestack/contracts/events/order';
import type { PaymentMessage } from '@ecommercestack/contracts/events/payment';
import type { InventoryCommand } from './warehouse.ts';

/** What inventory does about a message; undefined when it is not meant. `expiresAt` is the deadline of a new reservation. */
export function toInventoryCommand(
  { type, data }: OrderMessage | PaymentMessage,
  expiresAt: string,
): InventoryCommand | undefined {
  const { orderId, sagaId, flow } = data;
  const isChoreographed = flow.mode === 'Choreography';
  switch (type) {
    case 'ReserveItems':
      return { type: 'ReserveItems', data: { orderId, sagaId, flow, items: data.items, expiresAt } };
    case 'OrderCreated':
      return isChoreographed
        ? { type: 'ReserveItems', data: { orderId, sagaId, flow, items: flow.items, expiresAt } }
        : undefined;
    case 'ReleaseItems':
      return { type: 'ReleaseItems', data: { orderId } };
    case 'PaymentFailed':
    case 'PaymentRefunded':
      return isChoreographed ? { type: 'ReleaseItems', data: { orderId } } : undefined;
    case 'OrderConfirmed':
      return { type: 'ShipItems', data: { orderId } };
    default:
      return undefined;
  }
}
