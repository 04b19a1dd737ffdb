import { saga } from '@ecommercestack/contracts/http/order';
import { expect, test } from 'vitest';
import type { OrderEvent } from '../../src/domain/order-event.ts';
import { orderSaga } from '../../src/domain/order-saga.ts';
import { sagaStatusOf, toSaga } from '../../src/domain/saga-view.ts';
import type { Answer, RemoteAction } from '../../src/domain/step.ts';
import { given, inShort, paid, reserved, scheduled, stateOf } from './given.ts';

const failed = (action: RemoteAction): Answer => ({ action, outcome: 'failed', reason: 'no' });
const undone = (action: RemoteAction): Answer => ({ action, outcome: 'compensated' });
const says = (events: readonly OrderEvent[]) =>
  events.flatMap((event, index) =>
    orderSaga.messagesOf(event, stateOf(events.slice(0, index + 1))).map(({ type }) => type),
  );
const cancelled = (events: OrderEvent[]) => [
  ...events,
  ...orderSaga.decide({ type: 'Cancel', reason: 'late' }, stateOf(events)),
];
const after = (events: OrderEvent[], ...answers: readonly Answer[]) => {
  const all = [...events];
  for (const answer of answers) all.push(...orderSaga.decide({ type: 'Answer', answer }, stateOf(all)));
  return all;
};

test('the happy path says a command for each step and confirms', () => {
  const events = given('Orchestration', reserved, paid, scheduled);
  expect(says(events)).toEqual([
    'OrderCreated',
    'ReserveItems',
    'ProcessPayment',
    'ScheduleShipping',
    'OrderConfirmed',
  ]);
});

test('a failure goes back through the completed steps, one answer after the other', () => {
  const events = given('Orchestration', reserved, paid, failed('ScheduleShipping'));
  expect(inShort(events).slice(-2)).toEqual([
    'StepFailed ScheduleShipping',
    'CompensationStarted ProcessPayment',
  ]);
  expect(says(events).at(-1)).toBe('RefundPayment');
  const all = after(events, undone('ProcessPayment'), undone('ReserveItems'));
  expect(inShort(all).slice(events.length)).toEqual([
    'StepCompensated ProcessPayment',
    'CompensationStarted ReserveItems',
    'StepCompensated ReserveItems',
    'CompensationStarted CreateOrder',
    'StepCompensated CreateOrder',
    'OrderCancelled',
  ]);
});

test('a cancellation waits for the step in flight and undoes it too', () => {
  const events = after(cancelled(given('Orchestration', reserved)), paid);
  expect(says(events).slice(-1)).toEqual(['RefundPayment']);
  expect(says(after(events, undone('ProcessPayment'), undone('ReserveItems'))).at(-1)).toBe('OrderCancelled');
});

test('choreographed, the order says only how it began and ended', () => {
  expect(says(given('Choreography', reserved, paid, scheduled))).toEqual(['OrderCreated', 'OrderConfirmed']);
  const back = given('Choreography', reserved, failed('ProcessPayment'), undone('ReserveItems'));
  expect(says(back)).toEqual(['OrderCreated', 'OrderCancelled']);
});

test('choreographed, answers that overtake each other are kept until their step', () => {
  const events = given('Choreography', scheduled, paid);
  expect(inShort(events).slice(-2)).toEqual(['AnswerKept ScheduleShipping', 'AnswerKept ProcessPayment']);
  expect(inShort(after(events, reserved)).at(-1)).toBe('OrderConfirmed');
});

test('choreographed, a cancellation lets the participants finish and tells the last one', () => {
  const events = after(cancelled(given('Choreography', reserved)), paid, scheduled);
  expect(says(events)).toEqual(['OrderCreated', 'CancelShipping']);
});

test('duplicates and late answers change nothing', () => {
  const events = given('Orchestration', reserved, paid);
  for (const answer of [reserved, paid, failed('ReserveItems'), failed('ProcessPayment')])
    expect(orderSaga.decide({ type: 'Answer', answer }, stateOf(events))).toEqual([]);
  const ended = given('Orchestration', reserved, paid, scheduled);
  expect(orderSaga.decide({ type: 'Cancel', reason: 'late' }, stateOf(ended))).toEqual([]);
});

const shown = (events: readonly OrderEvent[]) => {
  const view = saga.parse(toSaga('00000000-0000-7000-8000-000000000002', stateOf(events)));
  return { ...view, steps: view.steps.map(({ status }) => status).join(' ') };
};

test('the saga is shown as it stands', () => {
  expect(toSaga('00000000-0000-7000-8000-000000000002', stateOf(given('Orchestration')))).toEqual({
    sagaId: '00000000-0000-7000-8000-000000000002',
    sagaType: 'OrderProcessing',
    steps: [
      {
        stepId: 1,
        action: 'CreateOrder',
        service: 'order-service',
        compensation: 'CancelOrder',
        status: 'completed',
      },
      {
        stepId: 2,
        action: 'ReserveItems',
        service: 'inventory-service',
        compensation: 'ReleaseItems',
        status: 'running',
      },
      {
        stepId: 3,
        action: 'ProcessPayment',
        service: 'payment-service',
        compensation: 'RefundPayment',
        status: 'pending',
      },
      {
        stepId: 4,
        action: 'ScheduleShipping',
        service: 'shipping-service',
        compensation: 'CancelShipping',
        status: 'pending',
      },
      { stepId: 5, action: 'ConfirmOrder', service: 'order-service', compensation: null, status: 'pending' },
    ],
    compensationRequired: false,
    currentStep: 2,
  });
  expect(shown(given('Orchestration', reserved, failed('ProcessPayment')))).toMatchObject({
    steps: 'completed compensating failed pending pending',
    compensationRequired: true,
    currentStep: 2,
  });
  expect(shown(given('Orchestration', reserved, paid, scheduled))).toMatchObject({
    steps: 'completed completed completed completed completed',
    compensationRequired: false,
    currentStep: 5,
  });
});

test('the saga in one word', () => {
  expect(sagaStatusOf(stateOf(given('Orchestration')))).toBe('running');
  expect(sagaStatusOf(stateOf(given('Orchestration', reserved, failed('ProcessPayment'))))).toBe(
    'compensating',
  );
  expect(sagaStatusOf(stateOf(given('Orchestration', failed('ReserveItems'))))).toBe('compensated');
  expect(sagaStatusOf(stateOf(given('Orchestration', reserved, paid, scheduled)))).toBe('completed');
});
