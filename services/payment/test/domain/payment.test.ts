import { evolveAll } from '@ecommercestack/service-kit';
import { expect, test } from 'vitest';
import {
  nextCall,
  type PaymentCommand,
  type PaymentEvent,
  paymentDecider,
} from '../../src/domain/payment.ts';
import type { ProviderAnswer } from '../../src/domain/provider.ts';

const booking = { orderId: 'o-1', sagaId: 's-1', flow: { mode: 'Orchestration' } } as const;
const process: PaymentCommand = {
  type: 'ProcessPayment',
  data: { ...booking, amount: { currency: 'EUR', minor: '999' }, paymentToken: 'tok_visa' },
};
const refund: PaymentCommand = { type: 'RefundPayment', data: { orderId: 'o-1' } };
const take = (data: ProviderAnswer): PaymentCommand => ({ type: 'TakeAnswer', data });
const yes = take({ outcome: 'approved' });
const no = take({ outcome: 'declined', reason: 'card-declined' });

function given(...commands: readonly PaymentCommand[]): PaymentEvent[] {
  const events: PaymentEvent[] = [];
  for (const command of commands) {
    const decided = paymentDecider.decide(command, evolveAll(paymentDecider, events));
    if (!decided.ok) throw new Error(decided.refusal.refusal);
    events.push(...decided.value);
  }
  return events;
}

const typesOf = (...commands: readonly PaymentCommand[]) => given(...commands).map(({ type }) => type);
const asks = (...commands: readonly PaymentCommand[]) =>
  nextCall(evolveAll(paymentDecider, given(...commands)));
const refusalOf = (command: PaymentCommand, ...before: readonly PaymentCommand[]) => {
  const decided = paymentDecider.decide(command, evolveAll(paymentDecider, given(...before)));
  return decided.ok ? decided.value.length : decided.refusal.refusal;
};

test('a payment is authorized, then captured', () => {
  expect(typesOf(process, yes, yes)).toEqual(['PaymentStarted', 'PaymentAuthorized', 'PaymentProcessed']);
  expect(asks(process, yes, yes)).toBeUndefined();
});

test('every question to the provider has its own key, the same whenever it is asked', () => {
  const amount = { currency: 'EUR', minor: '999' };
  const shared = { paymentId: 'pay_o-1', amount, token: 'tok_visa' };
  expect(asks(process)).toEqual({ ...shared, operation: 'authorize', key: 's-1:authorize' });
  expect(asks(process, yes)).toEqual({ ...shared, operation: 'capture', key: 's-1:capture' });
  expect(asks(process, yes, no)).toEqual({ ...shared, operation: 'void', key: 's-1:void' });
  expect(asks(process, yes, yes, refund)).toEqual({ ...shared, operation: 'refund', key: 's-1:refund' });
});

test('a declined card fails; a declined capture is voided first', () => {
  expect(typesOf(process, no)).toEqual(['PaymentStarted', 'PaymentFailed']);
  const voided = given(process, yes, no, yes);
  expect(voided.map(({ type }) => type).slice(2)).toEqual(['CaptureDeclined', 'PaymentFailed']);
  expect(voided.at(-1)?.data).toMatchObject({ reason: 'card-declined' });
});

test('a refund gives back the whole amount, once', () => {
  const events = given(process, yes, yes, refund, yes);
  expect(events.at(-1)).toMatchObject({ type: 'PaymentRefunded', data: { amount: { minor: '999' } } });
  expect(refusalOf(refund, process, yes, yes, refund)).toBe(0);
  expect(refusalOf(refund, process, yes, yes, refund, yes)).toBe(0);
});

test('a payment begins once, and only what is captured is refunded', () => {
  expect(refusalOf(process, process)).toBe(0);
  expect(refusalOf(refund)).toBe('no-payment');
  expect(refusalOf(refund, process, no)).toBe('nothing-to-refund');
  expect(refusalOf(refund, process)).toBe('nothing-to-refund');
  expect(refusalOf(no, process, yes, yes, refund)).toBe('provider-refused');
  expect(refusalOf(yes, process, yes, yes)).toBe('provider-refused');
});
