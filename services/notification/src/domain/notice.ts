import type { OrderMessage } from '@ecommercestack/contracts/events/order';
import type { Notification } from '@ecommercestack/contracts/http/notification';

/** The notification that a message about an order gives its customer; undefined when it gives none. */
export function toNotice({ type, data }: OrderMessage): Notification | undefined {
  switch (type) {
    case 'OrderCreated':
      return noticeOf('order-received', data);
    case 'OrderConfirmed':
      return noticeOf('order-confirmed', data);
    case 'OrderCancelled':
      return noticeOf('order-cancelled', data);
    default:
      return undefined;
  }
}

function noticeOf(
  template: Notification['template'],
  { orderId, customerId: userId }: { readonly orderId: string; readonly customerId: string },
): Notification {
  return { id: `${orderId}.${template}`, userId, channel: 'email', template, orderId, status: 'queued' };
}
