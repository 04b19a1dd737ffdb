import { inventoryMessages } from '@ecommercestack/contracts/events/inventory';
import { orderMessages } from '@ecommercestack/contracts/events/order';
import { shippingMessages } from '@ecommercestack/contracts/events/shipping';
import {
  accepted,
  type BusEvent,
  type Effect,
  evolveAll,
  readMessage,
  rowWrite,
  type StoredEvent,
  type StreamFamily,
  saying,
} from '@ecommercestack/service-kit';
import type { PaymentContext } from './context.ts';
import { nextCall, type PaymentEvent, type PaymentState, paymentDecider } from './domain/payment.ts';
import { toPaymentCommand } from './domain/reaction.ts';
import { paymentsTable, toPaymentRow } from './payment-row.ts';

const heard = { ...orderMessages, ...inventoryMessages, ...shippingMessages };
const published: ReadonlySet<string> = new Set(['PaymentProcessed', 'PaymentFailed', 'PaymentRefunded']);

/** The streams of payments, one an order. */
export const paymentFamily: StreamFamily<PaymentState, PaymentEvent> = {
  name: 'payment',
  initialState: paymentDecider.initialState,
  evolve: paymentDecider.evolve,
  types: {
    PaymentStarted: [],
    PaymentAuthorized: [],
    PaymentProcessed: [],
    CaptureDeclined: [],
    PaymentFailed: [],
    RefundStarted: [],
    PaymentRefunded: [],
  },
  rows: (_, { payment }) => (payment === undefined ? [] : [rowWrite(paymentsTable, toPaymentRow(payment))]),
};

/** What a message of an order's flow changes in its payment; undefined when payment is not meant. */
export async function followOrder(event: BusEvent, { streams }: PaymentContext): Promise<Effect | undefined> {
  const message = readMessage(heard, event);
  const command = toPaymentCommand(message);
  if (command === undefined) return undefined;
  const held = await streams.load(message.data.orderId);
  return streams.append(held, accepted(paymentDecider.decide(command, held.state)));
}

/**
 * Asks the provider whatever a payment needs next. That it will be asked is stored before, and the keys are the same
 * every time: a crash in between asks twice and is charged once.
 */
export async function askProvider(
  { stream }: StoredEvent,
  { streams, provider }: PaymentContext,
): Promise<Effect | undefined> {
  const held = await streams.load(stream.slice(`${paymentFamily.name}/`.length));
  const events: PaymentEvent[] = [];
  let { state } = held;
  for (let call = nextCall(state); call !== undefined; call = nextCall(state)) {
    const answer = await provider.perform(call);
    const more = accepted(paymentDecider.decide({ type: 'TakeAnswer', data: answer }, state));
    state = evolveAll(paymentDecider, more, state);
    events.push(...more);
  }
  if (events.length === 0) return undefined;
  const told = events.filter(({ type }) => published.has(type));
  return saying(streams.append(held, events), { topic: 'shop.payment.v1', key: held.id }, told);
}
