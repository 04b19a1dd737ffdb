import type { Destination, Flow, OrderLine } from '@ecommercestack/contracts/events/order-flow';
import type { Money } from '@ecommercestack/contracts/money';
import type { Action, Answer } from './step.ts';

/** What is known about an order from its first moment. */
export type Placed = {
  readonly orderId: string;
  readonly sagaId: string;
  readonly customerId: string;
  readonly items: readonly OrderLine[];
  readonly totalAmount: Money;
  readonly paymentToken: string;
  readonly destination: Destination;
  readonly mode: Flow['mode'];
};

/** What is stored in an order's stream; the saga's log is made of the same events. */
export type OrderEvent =
  | { readonly type: 'OrderCreated'; readonly data: Placed }
  | { readonly type: 'StepStarted'; readonly data: { readonly action: Action } }
  | { readonly type: 'StepCompleted'; readonly data: { readonly action: Action } }
  | { readonly type: 'StepFailed'; readonly data: { readonly action: Action; readonly reason: string } }
  | { readonly type: 'AnswerKept'; readonly data: Answer }
  | { readonly type: 'CancellationRequested'; readonly data: { readonly reason: string } }
  | { readonly type: 'CompensationStarted'; readonly data: { readonly action: Action } }
  | { readonly type: 'StepCompensated'; readonly data: { readonly action: Action } }
  | { readonly type: 'OrderConfirmed'; readonly data: Readonly<Record<never, never>> }
  | { readonly type: 'OrderCancelled'; readonly data: { readonly reason: string } };
