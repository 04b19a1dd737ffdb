import type { InventoryMessage } from '@ecommercestack/contracts/events/inventory';
import type { PaymentMessage } from '@ecommercestack/contracts/events/payment';
import type { ShippingMessage } from '@ecommercestack/contracts/events/shipping';
import type { SagaInput } from './order-saga.ts';
import type { Answer, RemoteAction } from './step.ts';

/** What a participant's message means to the saga. */
export function toSagaInput(message: InventoryMessage | PaymentMessage | ShippingMessage): SagaInput {
  switch (message.type) {
    case 'ItemsReserved':
      return answer('ReserveItems', 'completed');
    case 'ReservationFailed':
      return answer('ReserveItems', 'failed', message.data.reason);
    case 'ItemsReleased':
      return answer('ReserveItems', 'compensated');
    case 'ReservationExpired':
      return { type: 'Cancel', reason: 'reservation-expired' };
    case 'PaymentProcessed':
      return answer('ProcessPayment', 'completed');
    case 'PaymentFailed':
      return answer('ProcessPayment', 'failed', message.data.reason);
    case 'PaymentRefunded':
      return answer('ProcessPayment', 'compensated');
    case 'ShippingScheduled':
      return answer('ScheduleShipping', 'completed');
    case 'ShippingFailed':
      return answer('ScheduleShipping', 'failed', message.data.reason);
    case 'ShippingCancelled':
      return answer('ScheduleShipping', 'compensated');
  }
}

function answer(action: RemoteAction, outcome: Answer['outcome'], reason?: string): SagaInput {
  return { type: 'Answer', answer: { action, outcome, ...(reason === undefined ? {} : { reason }) } };
}
