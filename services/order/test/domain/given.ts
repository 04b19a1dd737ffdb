import { evolveAll } from '@ecommercestack/service-kit';
import { type OrderCommand, orderDecider } from '../../src/domain/order.ts';
import type { OrderEvent } from '../../src/domain/order-event.ts';
import { orderSaga } from '../../src/domain/order-saga.ts';
import type { OrderState } from '../../src/domain/order-state.ts';
import type { Answer } from '../../src/domain/step.ts';

export const placing: Extract<OrderCommand, { type: 'PlaceOrder' }>['data'] = {
  orderId: '00000000-0000-7000-8000-000000000001',
  sagaId: '00000000-0000-7000-8000-000000000002',
  customerId: 'ann',
  items: [
    { productId: 'mug', sku: 'MUG-01', quantity: 2, unitPrice: { currency: 'EUR', minor: '1450' } },
    { productId: 'pen', sku: 'PEN-01', quantity: 1, unitPrice: { currency: 'EUR', minor: '2800' } },
  ],
  paymentToken: 'tok_visa',
  destination: { name: 'Ann', street: 'Way 1', city: 'Town', postalCode: '12345', country: 'DE' },
  mode: 'Orchestration',
};

/** The events of a placed order and of the answers after it. */
export function given(mode: 'Orchestration' | 'Choreography', ...answers: readonly Answer[]): OrderEvent[] {
  const placed = orderDecider.decide(
    { type: 'PlaceOrder', data: { ...placing, mode } },
    orderDecider.initialState,
  );
  if (!placed.ok) throw new Error(placed.refusal.refusal);
  const events = [...placed.value];
  for (const answer of answers) events.push(...orderSaga.decide({ type: 'Answer', answer }, stateOf(events)));
  return events;
}

export function stateOf(events: readonly OrderEvent[]): OrderState {
  return evolveAll(orderSaga, events);
}

/** Types of events, with the step that they are about. */
export function inShort(events: readonly OrderEvent[]): string[] {
  return events.map(({ type, data }) => ('action' in data ? `${type} ${data.action}` : type));
}

export const reserved: Answer = { action: 'ReserveItems', outcome: 'completed' };
export const paid: Answer = { action: 'ProcessPayment', outcome: 'completed' };
export const scheduled: Answer = { action: 'ScheduleShipping', outcome: 'completed' };
