import type { OrderMessage } from '@ecommercestack/contracts/events/order';
import type { Workflow } from '@ecommercestack/service-kit';
import type { OrderEvent } from './order-event.ts';
import { messagesOf } from './order-message.ts';
import { evolveOrder, type OrderState, unplaced } from './order-state.ts';
import { type Answer, firstWith, lastCompleted, timingOf } from './step.ts';

/** What moves a saga: a participant's answer, or a wish to end the order that comes from elsewhere. */
export type SagaInput =
  | { readonly type: 'Answer'; readonly answer: Answer }
  | { readonly type: 'Cancel'; readonly reason: string };

/**
 * The order saga: steps forward one after the other, and after a failure or a cancellation backwards through those that
 * completed. It never compensates a step whose outcome is not known, and never takes a decision back.
 */
export const orderSaga: Workflow<OrderState, SagaInput, OrderEvent, OrderMessage> = {
  initialState: unplaced,
  evolve: evolveOrder,
  decide: (input, state) => {
    if (state.placed === undefined || state.status !== 'PENDING') return [];
    return followed(takeIn(input, state), state);
  },
  messagesOf,
};

/** Events, and behind them what follows from them without anybody's answer. */
export function followed(events: readonly OrderEvent[], before: OrderState): readonly OrderEvent[] {
  const state = events.reduce(evolveOrder, before);
  const next = events.length === 0 ? [] : nextOf(state);
  return next.length === 0 ? events : [...events, ...followed(next, state)];
}

function takeIn(input: SagaInput, state: OrderState): readonly OrderEvent[] {
  if (input.type === 'Answer') return takeAnswer(input.answer, state);
  return state.reason === undefined
    ? [{ type: 'CancellationRequested', data: { reason: input.reason } }]
    : [];
}

function takeAnswer(answer: Answer, state: OrderState): readonly OrderEvent[] {
  const timing = timingOf(answer, state.steps);
  if (timing === 'due') return [toEvent(answer)];
  const known = state.kept.some((kept) => kept.action === answer.action && kept.outcome === answer.outcome);
  return timing === 'late' || known ? [] : [{ type: 'AnswerKept', data: answer }];
}

function toEvent({ action, outcome, reason = 'not-told' }: Answer): OrderEvent {
  if (outcome === 'completed') return { type: 'StepCompleted', data: { action } };
  if (outcome === 'compensated') return { type: 'StepCompensated', data: { action } };
  return { type: 'StepFailed', data: { action, reason } };
}

function nextOf(state: OrderState): readonly OrderEvent[] {
  if (state.status !== 'PENDING') return [];
  if (firstWith(state.steps, 'running', 'compensating') !== undefined) {
    const due = state.kept.find((answer) => timingOf(answer, state.steps) === 'due');
    return due === undefined ? [] : [toEvent(due)];
  }
  return goesBack(state) ? backward(state) : forward(state);
}

// Choreographed, participants follow each other without asking: a cancellation waits until they have all done so.
function goesBack(state: OrderState): boolean {
  if (firstWith(state.steps, 'failed', 'compensated') !== undefined) return true;
  return (
    state.reason !== undefined &&
    (state.placed?.mode === 'Orchestration' || state.steps.ScheduleShipping === 'completed')
  );
}

function forward(state: OrderState): readonly OrderEvent[] {
  const action = firstWith(state.steps, 'pending');
  if (action === undefined) return [];
  const started: OrderEvent = { type: 'StepStarted', data: { action } };
  if (action !== 'ConfirmOrder') return [started];
  return [started, { type: 'StepCompleted', data: { action } }, { type: 'OrderConfirmed', data: {} }];
}

function backward(state: OrderState): readonly OrderEvent[] {
  const action = lastCompleted(state.steps);
  if (action === undefined) return [];
  const started: OrderEvent = { type: 'CompensationStarted', data: { action } };
  if (action !== 'CreateOrder') return [started];
  return [
    started,
    { type: 'StepCompensated', data: { action } },
    { type: 'OrderCancelled', data: { reason: state.reason ?? 'not-told' } },
  ];
}
