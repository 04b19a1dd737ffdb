import type { Flow } from '@ecommercestack/contracts/events/order-flow';
import type { Money } from '@ecommercestack/contracts/money';
import { type Decider, ok, refused } from '@ecommercestack/service-kit';
import type { PaymentRefusal } from '../refusals.ts';
import type { ProviderAnswer, ProviderCall } from './provider.ts';

type Identity = {
  readonly orderId: string;
  readonly sagaId: string;
  readonly flow: Flow;
  readonly paymentId: string;
};

/** A payment: what was asked, and how far the provider is. */
export type Payment = Identity & {
  readonly amount: Money;
  readonly token: string;
  readonly status: 'authorizing' | 'capturing' | 'captured' | 'voiding' | 'failed' | 'refunding' | 'refunded';
  readonly reason: string | null;
};

export type PaymentState = { readonly payment?: Payment };

export type PaymentCommand =
  | {
      readonly type: 'ProcessPayment';
      readonly data: Omit<Identity, 'paymentId'> & { readonly amount: Money; readonly paymentToken: string };
    }
  | { readonly type: 'RefundPayment'; readonly data: { readonly orderId: string } }
  | { readonly type: 'TakeAnswer'; readonly data: ProviderAnswer };

export type PaymentEvent =
  | {
      readonly type: 'PaymentStarted';
      readonly data: Identity & { readonly amount: Money; readonly token: string };
    }
  | { readonly type: 'PaymentAuthorized' | 'RefundStarted'; readonly data: Identity }
  | {
      readonly type: 'CaptureDeclined' | 'PaymentFailed';
      readonly data: Identity & { readonly reason: string };
    }
  | {
      readonly type: 'PaymentProcessed' | 'PaymentRefunded';
      readonly data: Identity & { readonly amount: Money };
    };

/** A payment: authorized, then captured; voided when the capture is declined; refunded as a whole. */
export const paymentDecider: Decider<PaymentState, PaymentCommand, PaymentEvent, PaymentRefusal> = {
  initialState: {},
  decide: (command, { payment }) => {
    switch (command.type) {
      case 'ProcessPayment':
        return ok(payment === undefined ? [start(command.data)] : []);
      case 'RefundPayment':
        return payment === undefined ? refused('no-payment') : refund(payment);
      case 'TakeAnswer':
        return payment === undefined ? refused('no-payment') : takeAnswer(command.data, payment);
    }
  },
  evolve,
};

const operations = {
  authorizing: 'authorize',
  capturing: 'capture',
  voiding: 'void',
  refunding: 'refund',
} as const;

/** What has to be asked of the provider now, or undefined when the payment rests. */
export function nextCall({ payment }: PaymentState): ProviderCall | undefined {
  if (payment === undefined || !isInFlight(payment.status)) return undefined;
  const { paymentId, sagaId, amount, token, status } = payment;
  const operation = operations[status];
  return { operation, key: `${sagaId}:${operation}`, paymentId, amount, token };
}

function isInFlight(status: Payment['status']): status is keyof typeof operations {
  return Object.hasOwn(operations, status);
}

function start({
  paymentToken: token,
  ...asked
}: Extract<PaymentCommand, { type: 'ProcessPayment' }>['data']): PaymentEvent {
  return { type: 'PaymentStarted', data: { ...asked, token, paymentId: `pay_${asked.orderId}` } };
}

function refund(payment: Payment) {
  if (payment.status === 'refunding' || payment.status === 'refunded') return ok([]);
  if (payment.status !== 'captured') return refused('nothing-to-refund', `it is ${payment.status}`);
  return ok([{ type: 'RefundStarted', data: identityOf(payment) } satisfies PaymentEvent]);
}

function takeAnswer(answer: ProviderAnswer, payment: Payment) {
  const event = answerOf(answer, payment);
  return event === undefined ? refused('provider-refused', `${payment.status} was declined`) : ok([event]);
}

function answerOf(answer: ProviderAnswer, payment: Payment): PaymentEvent | undefined {
  const identity = identityOf(payment);
  const { amount } = payment;
  const isApproved = answer.outcome === 'approved';
  const reason = isApproved ? (payment.reason ?? 'not-told') : answer.reason;
  switch (payment.status) {
    case 'authorizing':
      return isApproved
        ? { type: 'PaymentAuthorized', data: identity }
        : { type: 'PaymentFailed', data: { ...identity, reason } };
    case 'capturing':
      return isApproved
        ? { type: 'PaymentProcessed', data: { ...identity, amount } }
        : { type: 'CaptureDeclined', data: { ...identity, reason } };
    case 'voiding':
      return isApproved ? { type: 'PaymentFailed', data: { ...identity, reason } } : undefined;
    case 'refunding':
      return isApproved ? { type: 'PaymentRefunded', data: { ...identity, amount } } : undefined;
    default:
      return undefined;
  }
}

function identityOf({ orderId, sagaId, flow, paymentId }: Payment): Identity {
  return { orderId, sagaId, flow, paymentId };
}

function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  if (event.type === 'PaymentStarted')
    return { payment: { ...event.data, status: 'authorizing', reason: null } };
  const { payment } = state;
  if (payment === undefined) return state;
  switch (event.type) {
    case 'PaymentAuthorized':
      return { payment: { ...payment, status: 'capturing' } };
    case 'PaymentProcessed':
      return { payment: { ...payment, status: 'captured' } };
    case 'CaptureDeclined':
      return { payment: { ...payment, status: 'voiding', reason: event.data.reason } };
    case 'PaymentFailed':
      return { payment: { ...payment, status: 'failed', reason: event.data.reason } };
    case 'RefundStarted':
      return { payment: { ...payment, status: 'refunding' } };
    case 'PaymentRefunded':
      return { payment: { ...payment, status: 'refunded' } };
  }
}
