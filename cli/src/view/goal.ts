import { usage } from '../exit.ts';
import type { RolloutView } from './rollout.ts';
import type { StackView } from './stack.ts';

/** What `wait` waits for. */
export type Goal = { readonly kind: 'ready' | 'promoted' | 'approval' | 'weight'; readonly weight?: number };

/** Whether it is reached, can no longer be reached by waiting, or is still ahead; and a line about how it stands. */
export type Progress = { readonly state: 'Reached' | 'Lost' | 'Ahead' | 'Unknown'; readonly line: string };

/** The goal of `--for`; throws a usage `Refusal`. */
export function parseGoal(text: string, service: string | undefined): Goal {
  const weight = /^weight=(100|[1-9]?[0-9])$/.exec(text)?.[1];
  const kind = weight === undefined ? text : 'weight';
  if (kind !== 'ready' && kind !== 'promoted' && kind !== 'approval' && kind !== 'weight') {
    throw usage(`--for ${text} is unknown: choose ready, promoted, approval or weight=N`);
  }
  if (kind !== 'ready' && service === undefined) throw usage(`--for ${text} needs a SERVICE`);
  return weight === undefined ? { kind } : { kind, weight: Number(weight) };
}

/** How a stack, or a service of it, stands towards the goal. */
export function progressOf(goal: Goal, view: StackView, service: string | undefined): Progress {
  if (service === undefined) return readyStack(view);
  const row = view.services.find(({ name }) => name === service);
  if (row === undefined) {
    // Before the operator has answered once, nobody knows the services.
    return {
      state: view.services.length === 0 ? 'Ahead' : 'Unknown',
      line: `${view.name} has no service ${service}`,
    };
  }
  const { rollout, phase = '', message } = row;
  const line = rollout?.blocks[0] ?? message ?? (phase || 'nothing is known');
  if (rollout?.aborted === true) return { state: 'Lost', line };
  const reached = {
    ready: view.current && phase === 'Available' && rollout === undefined,
    // Also where somebody else's promotion, or a specification that went back, got there first.
    promoted: view.current && row.revision !== undefined && row.revision === row.stableRevision,
    // Not before the traffic of the step flows: until then there is nothing to judge.
    approval: rollout !== undefined && waitsForApproval(rollout),
    weight: rollout !== undefined && rollout.weight === goal.weight && rollout.desiredWeight === goal.weight,
  }[goal.kind];
  return { state: reached ? 'Reached' : 'Ahead', line };
}

function waitsForApproval({ steps, weight, desiredWeight }: RolloutView): boolean {
  const waits = steps.some(({ state, hold }) => state === 'Current' && hold === 'Approval');
  return waits && weight !== undefined && weight === desiredWeight;
}

function readyStack(view: StackView): Progress {
  const { conditions, current, ready, summary } = view;
  const find = (type: string) => conditions.find((condition) => condition.type === type);
  const line = find('Ready')?.message ?? `services ${summary.services ?? '?'}`;
  if (!current) return { state: 'Ahead', line: 'the operator has not seen this specification yet' };
  if (ready === 'True') return { state: 'Reached', line };
  const stalled = find('Stalled');
  return stalled?.status === 'True'
    ? { state: 'Lost', line: `${stalled.reason}: ${stalled.message}` }
    : { state: 'Ahead', line };
}
