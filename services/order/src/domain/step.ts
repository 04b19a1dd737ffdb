import type { StepStatus } from '@ecommercestack/contracts/http/order';

/** The steps of the order saga, in order; compensation runs through the completed ones backwards. */
export const steps = [
  { stepId: 1, action: 'CreateOrder', service: 'order-service', compensation: 'CancelOrder' },
  { stepId: 2, action: 'ReserveItems', service: 'inventory-service', compensation: 'ReleaseItems' },
  { stepId: 3, action: 'ProcessPayment', service: 'payment-service', compensation: 'RefundPayment' },
  { stepId: 4, action: 'ScheduleShipping', service: 'shipping-service', compensation: 'CancelShipping' },
  { stepId: 5, action: 'ConfirmOrder', service: 'order-service', compensation: null },
] as const;

export type Action = (typeof steps)[number]['action'];

/** A step that another service carries out. */
export type RemoteAction = Exclude<Action, 'CreateOrder' | 'ConfirmOrder'>;

export type StepStates = Readonly<Record<Action, StepStatus>>;

/** What a participant says about its step. */
export type Answer = {
  readonly action: RemoteAction;
  readonly outcome: 'completed' | 'failed' | 'compensated';
  readonly reason?: string;
};

/** Every step before anything has happened. */
export const untouched: StepStates = {
  CreateOrder: 'pending',
  ReserveItems: 'pending',
  ProcessPayment: 'pending',
  ScheduleShipping: 'pending',
  ConfirmOrder: 'pending',
};

/** The first action with one of these statuses, in the saga's order. */
export function firstWith(states: StepStates, ...wanted: readonly StepStatus[]): Action | undefined {
  return steps.find(({ action }) => wanted.includes(states[action]))?.action;
}

/** The last completed action: the next one to compensate. */
export function lastCompleted(states: StepStates): Action | undefined {
  return steps.findLast(({ action }) => states[action] === 'completed')?.action;
}

/** Whether an answer is what its step waits for, comes before that, or has nothing to say any more. */
export function timingOf({ action, outcome }: Answer, states: StepStates): 'due' | 'early' | 'late' {
  const status = states[action];
  if (outcome === 'compensated') {
    if (status === 'compensating') return 'due';
    return status === 'compensated' || status === 'failed' ? 'late' : 'early';
  }
  if (status === 'running') return 'due';
  return status === 'pending' ? 'early' : 'late';
}
