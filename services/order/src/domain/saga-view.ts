import type { Saga } from '@ecommercestack/contracts/http/order';
import type { OrderState } from './order-state.ts';
import { firstWith, steps } from './step.ts';

/** The saga of a placed order, as it is answered. */
export function toSaga(sagaId: string, state: OrderState): Saga {
  return {
    sagaId,
    sagaType: 'OrderProcessing',
    steps: steps.map((step) => ({ ...step, status: state.steps[step.action] })),
    compensationRequired: isCompensating(state),
    currentStep: steps.find(({ action }) => action === state.current)?.stepId ?? 1,
  };
}

/** How far a saga is, in one word. */
export function sagaStatusOf(state: OrderState): 'running' | 'compensating' | 'completed' | 'compensated' {
  if (state.status === 'CONFIRMED') return 'completed';
  if (state.status === 'CANCELLED') return 'compensated';
  return isCompensating(state) ? 'compensating' : 'running';
}

function isCompensating(state: OrderState): boolean {
  return state.reason !== undefined || firstWith(state.steps, 'failed') !== undefined;
}
