import type { OrderMessage } from '@ecommercestack/contracts/events/order';
import type { Flow, StockLine } from '@ecommercestack/contracts/events/order-flow';
import type { OrderEvent, Placed } from './order-event.ts';
import type { OrderState } from './order-state.ts';
import { type Action, steps } from './step.ts';

/** What an order says to the world because of one of its events. */
export function messagesOf(event: OrderEvent, state: OrderState): readonly OrderMessage[] {
  const { placed } = state;
  if (placed === undefined) return [];
  const { customerId, items, totalAmount } = placed;
  const shared = sharedOf(placed);
  switch (event.type) {
    case 'OrderCreated':
      return [{ type: 'OrderCreated', data: { ...shared, customerId, items: [...items], totalAmount } }];
    case 'OrderConfirmed':
      return [{ type: 'OrderConfirmed', data: { ...shared, customerId, totalAmount } }];
    case 'OrderCancelled':
      return [{ type: 'OrderCancelled', data: { ...shared, customerId, totalAmount, ...event.data } }];
    case 'StepStarted':
      return placed.mode === 'Orchestration' ? commandOf(event.data.action, placed) : [];
    case 'CompensationStarted':
      return isOurs(state) ? compensationOf(event.data.action, placed) : [];
    default:
      return [];
  }
}

// Choreographed, participants compensate after each other's failure or compensation by themselves. Only when none of
// them began, because the order was cancelled, the last one has to be told.
function isOurs({ placed, steps: states }: OrderState): boolean {
  if (placed?.mode === 'Orchestration') return true;
  return !steps.some(({ action }) => states[action] === 'failed' || states[action] === 'compensated');
}

function commandOf(action: Action, placed: Placed): readonly OrderMessage[] {
  const shared = sharedOf(placed);
  switch (action) {
    case 'ReserveItems':
      return [{ type: 'ReserveItems', data: { ...shared, items: linesOf(placed) } }];
    case 'ProcessPayment': {
      const { totalAmount: amount, paymentToken } = placed;
      return [{ type: 'ProcessPayment', data: { ...shared, amount, paymentToken } }];
    }
    case 'ScheduleShipping': {
      const { destination } = placed;
      return [{ type: 'ScheduleShipping', data: { ...shared, destination, items: linesOf(placed) } }];
    }
    default:
      return [];
  }
}

function compensationOf(action: Action, placed: Placed): readonly OrderMessage[] {
  const data = sharedOf(placed);
  switch (action) {
    case 'ReserveItems':
      return [{ type: 'ReleaseItems', data }];
    case 'ProcessPayment':
      return [{ type: 'RefundPayment', data }];
    case 'ScheduleShipping':
      return [{ type: 'CancelShipping', data }];
    default:
      return [];
  }
}

function sharedOf(placed: Placed): { orderId: string; sagaId: string; flow: Flow } {
  const { orderId, sagaId } = placed;
  return { orderId, sagaId, flow: flowOf(placed) };
}

function flowOf(placed: Placed): Flow {
  if (placed.mode === 'Orchestration') return { mode: 'Orchestration' };
  const { totalAmount: amount, paymentToken, destination } = placed;
  return { mode: 'Choreography', amount, paymentToken, destination, items: linesOf(placed) };
}

function linesOf({ items }: Placed): StockLine[] {
  return items.map(({ sku, quantity }) => ({ sku, quantity }));
}
