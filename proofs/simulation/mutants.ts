import type { Mutant } from '../mutants/mutant.ts';
import { kitMutants } from './kit-mutants.ts';

const saga = 'services/order/src/domain/order-saga.ts';
const step = 'services/order/src/domain/step.ts';
const warehouse = 'services/inventory/src/domain/warehouse.ts';
const stock = 'services/inventory/src/domain/stock.ts';
const payment = 'services/payment/src/domain/payment.ts';

/** Bugs of the money path that the simulation has to find. */
export const mutants: readonly Mutant[] = [
  {
    name: 'compensation-forwards',
    sentence: 'The first completed step is compensated first.',
    module: step,
    find: 'steps.findLast(',
    replace: 'steps.find(',
  },
  {
    name: 'late-is-due',
    sentence: 'An answer that comes again moves the saga again.',
    module: step,
    find: "return status === 'pending' ? 'early' : 'late';",
    replace: "return status === 'pending' ? 'early' : 'due';",
  },
  {
    name: 'early-is-lost',
    sentence: 'An answer that overtakes the one before it is forgotten.',
    module: saga,
    find: "timing === 'late' || known ? []",
    replace: "timing !== 'due' || known ? []",
  },
  {
    name: 'cancel-in-flight',
    sentence: 'A cancellation does not wait for the step whose answer is due.',
    module: saga,
    find: "if (firstWith(state.steps, 'running', 'compensating') !== undefined) {",
    replace:
      "if (state.reason === undefined && firstWith(state.steps, 'running', 'compensating') !== undefined) {",
  },
  {
    name: 'no-refund',
    sentence: 'An order is cancelled without its payment being refunded.',
    module: 'services/order/src/domain/order-message.ts',
    find: "return [{ type: 'RefundPayment', data }];",
    replace: "return [{ type: 'ReleaseItems', data }];",
  },
  {
    name: 'oversell',
    sentence: 'One unit more than there is can be reserved.',
    module: warehouse,
    find: 'if (onHand < quantity) {',
    replace: 'if (onHand + 1 < quantity) {',
  },
  {
    name: 'deadline-releases',
    sentence: 'A reservation past its deadline is released before its order was asked.',
    module: warehouse,
    find: "return [{ type: 'ReservationExpired', data: { orderId, sagaId, flow } }];",
    replace:
      "const ended = end('ItemsReleased', { stock: {}, reservation: { ...reservation, orderId, sagaId, flow } }); return ended.ok ? ended.value : [];",
  },
  {
    name: 'no-release',
    sentence: 'Items that are released stay reserved.',
    module: stock,
    find: 'return { ...stock, onHand: stock.onHand + quantity, reserved: stock.reserved - quantity };',
    replace: 'return stock;',
  },
  {
    name: 'fresh-keys',
    sentence: 'A question that is asked again goes to the provider under a new key.',
    module: payment,
    find: 'return { operation, key: ',
    replace: 'return { operation, key: Math.random() + ',
  },
  {
    name: 'refund-forgotten',
    sentence: 'A refund is told before the provider was asked for it.',
    module: payment,
    find: "return ok([{ type: 'RefundStarted', data: identityOf(payment) } satisfies PaymentEvent]);",
    replace:
      "return ok([{ type: 'PaymentRefunded', data: { ...identityOf(payment), amount: payment.amount } } satisfies PaymentEvent]);",
  },
  {
    name: 'answer-untold',
    sentence: 'What the provider answered is stored and nobody hears of it.',
    module: 'services/payment/src/events.ts',
    find: 'const told = events.filter(({ type }) => published.has(type));',
    replace: 'const told = events.filter(({ type }) => published.has(type) && type.length > 99);',
  },
  {
    name: 'undone-at-once',
    sentence: 'A step is compensated before the compensation of the one behind it is done.',
    module: saga,
    find: "if (firstWith(state.steps, 'running', 'compensating') !== undefined) {",
    replace: "if (firstWith(state.steps, 'running') !== undefined) {",
  },
  {
    name: 'hasty-cancellation',
    sentence: 'A choreographed order goes back while its participants still go forward.',
    module: saga,
    find: "state.steps.ScheduleShipping === 'completed')",
    replace: 'true)',
  },
  {
    name: 'kept-forgotten',
    sentence: 'An answer that came early is kept and never looked at again.',
    module: saga,
    find: 'return due === undefined ? [] : [toEvent(due)];',
    replace: 'return [];',
  },
  {
    name: 'float-money',
    sentence: 'The amount that is charged goes through a floating-point number of whole units.',
    module: 'services/order/src/domain/order-message.ts',
    find: 'const { totalAmount: amount, paymentToken } = placed;',
    replace:
      'const { totalAmount, paymentToken } = placed; const amount = { ...totalAmount, minor: String(Math.trunc((Number(totalAmount.minor) / 100) * 100)) };',
  },
  {
    name: 'declined-is-captured',
    sentence: 'A capture that the provider declined counts as paid.',
    module: payment,
    find: "case 'capturing':\n      return isApproved",
    replace: "case 'capturing':\n      return true",
  },
  {
    name: 'refund-unbooked',
    sentence: 'A refund that was made is not booked.',
    module: 'services/payment/src/payment-row.ts',
    find: "refundedMinor: shown === 'refunded' ? amountMinor : '0',",
    replace: "refundedMinor: '0',",
  },
  {
    name: 'never-shipped',
    sentence: 'The goods of a confirmed order stay reserved.',
    module: 'services/inventory/src/domain/reaction.ts',
    find: "return { type: 'ShipItems', data: { orderId } };",
    replace: 'return undefined;',
  },
  {
    name: 'shipping-uncancelled',
    sentence: 'A shipment is not cancelled when its order is.',
    module: 'services/shipping/src/domain/reaction.ts',
    find: "return { type: 'CancelShipping', data: { orderId } };",
    replace: 'return undefined;',
  },
  ...kitMutants,
];
