import { inventoryMessages } from '@ecommercestack/contracts/events/inventory';
import { paymentMessages } from '@ecommercestack/contracts/events/payment';
import { shippingMessages } from '@ecommercestack/contracts/events/shipping';
import { type BusEvent, type Effect, readMessage } from '@ecommercestack/service-kit';
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
