import type { OrderEvent, Placed } from './order-event.ts';
import { type Action, type Answer, type StepStates, untouched } from './step.ts';

/** An order and its saga, folded from the order's events. */
export type OrderState = {
  readonly placed?: Placed;
  readonly status: 'PENDING' | 'CONFIRMED' | 'CANCELLED';
  readonly steps: StepStates;
  /** The step that moved last. */
  readonly current: Action;
  /** Why the saga goes backwards, or will as soon as nothing is in flight. */
  readonly reason?: string;
  /** Answers that came before their step: topics keep no order between each other. */
  readonly kept: readonly Answer[];
};

/** An order before it is placed. */
export const unplaced: OrderState = { status: 'PENDING', steps: untouched, current: 'CreateOrder', kept: [] };

/** The state after one more event. */
export function evolveOrder(state: OrderState, event: OrderEvent): OrderState {
  switch (event.type) {
    case 'OrderCreated':
      return { ...state, placed: event.data };
    case 'StepStarted':
      return move(state, event.data.action, 'running');
    case 'StepCompleted':
      return move(state, event.data.action, 'completed');
    case 'StepFailed':
      return { ...move(state, event.data.action, 'failed'), reason: state.reason ?? event.data.reason };
    case 'AnswerKept':
      return { ...state, kept: [...state.kept, event.data] };
    case 'CancellationRequested':
      return { ...state, reason: state.reason ?? event.data.reason };
    case 'CompensationStarted':
      return move(state, event.data.action, 'compensating');
    case 'StepCompensated':
      return move(state, event.data.action, 'compensated');
    case 'OrderConfirmed':
      return { ...state, status: 'CONFIRMED' };
    case 'OrderCancelled':
      return { ...state, status: 'CANCELLED' };
  }
}

function move(state: OrderState, action: Action, status: StepStates[Action]): OrderState {
  return { ...state, steps: { ...state.steps, [action]: status }, current: action };
}
