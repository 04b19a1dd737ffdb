import type { OrderMessage } from '@ecommercestack/contracts/events/order';
import {
  type Effect,
  type Held,
  rowWrite,
  type StreamFamily,
  type Streams,
  saying,
} from '@ecommercestack/service-kit';
import type { OrderEvent } from './domain/order-event.ts';
import { orderSaga } from './domain/order-saga.ts';
import { evolveOrder, type OrderState, unplaced } from './domain/order-state.ts';
import { ordersTable, toOrderRow } from './order-row.ts';

/** The streams of orders: an order and its saga are one stream, so that neither is ahead of the other. */
export const orderFamily: StreamFamily<OrderState, OrderEvent> = {
  name: 'order',
  initialState: unplaced,
  evolve: evolveOrder,
  types: {
    OrderCreated: [],
    StepStarted: [],
    StepCompleted: [],
    StepFailed: [],
    AnswerKept: [],
    CancellationRequested: [],
    CompensationStarted: [],
    StepCompensated: [],
    OrderConfirmed: [],
    OrderCancelled: [],
  },
  rows: (_, state) => [rowWrite(ordersTable, toOrderRow(state))],
};

/** Everything that changes with an order's new events: its stream, its row, and what others hear. */
export function toOrderEffect(
  orders: Streams<OrderState, OrderEvent>,
  held: Held<OrderState>,
  events: readonly OrderEvent[],
): Effect {
  const messages: OrderMessage[] = [];
  let { state } = held;
  for (const event of events) {
    state = orderSaga.evolve(state, event);
    messages.push(...orderSaga.messagesOf(event, state));
  }
  return saying(orders.append(held, events), { topic: 'shop.order.v1', key: held.id }, messages);
}
