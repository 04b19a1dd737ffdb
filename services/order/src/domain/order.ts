import { isSameMoney, type Money, totalOf } from '@ecommercestack/contracts/money';
import { type Decider, ok, refused } from '@ecommercestack/service-kit';
import type { OrderRefusal } from '../refusals.ts';
import type { OrderEvent, Placed } from './order-event.ts';
import { followed, orderSaga } from './order-saga.ts';
import { evolveOrder, type OrderState, unplaced } from './order-state.ts';

export type OrderCommand =
  | {
      readonly type: 'PlaceOrder';
      readonly data: Omit<Placed, 'totalAmount'> & { readonly expectedTotal?: Money };
    }
  | { readonly type: 'CancelOrder'; readonly data: { readonly reason: string } };

/** What a person may ask of an order. Its saga answers the participants. */
export const orderDecider: Decider<OrderState, OrderCommand, OrderEvent, OrderRefusal> = {
  initialState: unplaced,
  evolve: evolveOrder,
  decide: (command, state) =>
    command.type === 'PlaceOrder' ? place(command.data, state) : cancel(command.data, state),
};

function place(
  { expectedTotal, ...asked }: Extract<OrderCommand, { type: 'PlaceOrder' }>['data'],
  state: OrderState,
) {
  if (state.placed !== undefined) return refused('conflict', 'the order exists');
  const totalAmount = totalOf(asked.items);
  if (typeof totalAmount === 'string') return refused(totalAmount);
  if (expectedTotal !== undefined && !isSameMoney(expectedTotal, totalAmount))
    return refused('price-changed', `the total is ${totalAmount.minor} ${totalAmount.currency} minor units`);
  const data: Placed = { ...asked, totalAmount };
  const events: readonly OrderEvent[] = [
    { type: 'OrderCreated', data },
    { type: 'StepCompleted', data: { action: 'CreateOrder' } },
  ];
  return ok(followed(events, state));
}

function cancel({ reason }: { readonly reason: string }, state: OrderState) {
  if (state.placed === undefined) return refused('not-found');
  if (state.status !== 'PENDING') return refused('order-final', `it is ${state.status}`);
  return ok(orderSaga.decide({ type: 'Cancel', reason }, state));
}
