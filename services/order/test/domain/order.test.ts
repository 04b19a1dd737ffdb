import { expect, test } from 'vitest';
import { type OrderCommand, orderDecider } from '../../src/domain/order.ts';
import { given, inShort, paid, placing, reserved, scheduled, stateOf } from './given.ts';

const decide = (command: OrderCommand, events = given('Orchestration')) => {
  const decided = orderDecider.decide(command, stateOf(events));
  return decided.ok ? inShort(decided.value) : decided.refusal.refusal;
};
const place = (change: Partial<typeof placing>) =>
  decide({ type: 'PlaceOrder', data: { ...placing, ...change } }, []);

test('placing an order adds it up and starts its saga', () => {
  expect(place({})).toEqual(['OrderCreated', 'StepCompleted CreateOrder', 'StepStarted ReserveItems']);
  expect(stateOf(given('Orchestration')).placed?.totalAmount).toEqual({ currency: 'EUR', minor: '5700' });
});

const line = (minor: string, quantity = 1, currency = 'EUR') => ({
  productId: `p${minor}`,
  sku: 'X-1',
  quantity,
  unitPrice: { currency, minor },
});

test.each([
  ['two currencies', { items: [line('1'), line('2', 1, 'USD')] }, 'mixed-currencies'],
  ['a total of 2^53', { items: [line('9007199254740991'), line('1')] }, 'amount-too-large'],
  ['another total than expected', { expectedTotal: { currency: 'EUR', minor: '5699' } }, 'price-changed'],
  ['the total in another currency', { expectedTotal: { currency: 'USD', minor: '5700' } }, 'price-changed'],
])('%s is refused', (_, change, refusal) => {
  expect(place(change)).toBe(refusal);
});

test('the greatest total and the expected one are accepted', () => {
  expect(place({ items: [line('9007199254740991')] })).toHaveLength(3);
  expect(place({ expectedTotal: { currency: 'EUR', minor: '5700' } })).toHaveLength(3);
});

test('an order is placed once', () => {
  expect(decide({ type: 'PlaceOrder', data: placing })).toBe('conflict');
});

const cancel: OrderCommand = { type: 'CancelOrder', data: { reason: 'customer-cancelled' } };

test('cancelling waits for what is in flight, and is refused once the order has ended', () => {
  expect(decide(cancel, [])).toBe('not-found');
  expect(decide(cancel)).toEqual(['CancellationRequested']);
  const asked = given('Orchestration');
  expect(decide(cancel, [...asked, { type: 'CancellationRequested', data: { reason: 'x' } }])).toEqual([]);
  expect(decide(cancel, given('Orchestration', reserved, paid, scheduled))).toBe('order-final');
});
