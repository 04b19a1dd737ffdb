import { inventoryMessages } from '@ecommercestack/contracts/events/inventory';
import { paymentMessages } from '@ecommercestack/contracts/events/payment';
import { shippingMessages } from '@ecommercestack/contracts/events/shipping';
import { type BusEvent, type Effect, readMessage, type Timer } from '@ecommercestack/service-kit';
import type { OrderContext } from './context.ts';
import { toSagaInput } from './domain/answer.ts';
import { orderSaga } from './domain/order-saga.ts';
import { toOrderEffect } from './order-streams.ts';

const answers = { ...inventoryMessages, ...paymentMessages, ...shippingMessages };

/** What an answer of a participant changes in its order. */
export async function followSaga(event: BusEvent, { streams }: OrderContext): Promise<Effect> {
  const message = readMessage(answers, event);
  const held = await streams.load(message.data.orderId);
  return toOrderEffect(streams, held, orderSaga.decide(toSagaInput(message), held.state));
}

/** Reports an order that should have ended by now; it goes on all the same. */
export async function reportOverdue(
  { id: orderId }: Timer,
  { streams, reportOverdue: report }: OrderContext,
): Promise<undefined> {
  const { state } = await streams.load(orderId);
  if (state.status === 'PENDING') report({ orderId, step: state.current });
}
