import { troublesOf } from './analysis.ts';
import type { Facts } from './facts.ts';
import { blockOf, isFull, stepWeight } from './facts.ts';
import type { Attempt, AttemptState, RolloutMemory } from './memory.ts';
import type { Transition, TransitionEvent } from './transitions.ts';

/** A rollout that ended, for the history. */
export type Ending = {
  readonly revision: string;
  readonly result: 'Promoted' | 'Aborted' | 'Superseded' | 'Undone';
  /** Who ended it; absent where the machine did. */
  readonly by?: string;
  readonly why?: string;
};

/** What an arrow leads to. */
export type Effect = { readonly memory: RolloutMemory; readonly endings: readonly Ending[] };

/** A new attempt with an identity that no earlier one had; it starts without traffic. */
export function begin(
  memory: RolloutMemory,
  revision: string,
  state: AttemptState,
  facts: Pick<Facts, 'now' | 'wish' | 'undoing'>,
): RolloutMemory {
  const { wish, undoing } = facts;
  const number = Number(/-(\d+)$/.exec(memory.rolloutID ?? '')?.[1] ?? 0) + 1;
  const full = undoing || wish.strategy === 'Rolling';
  const desired = full ? 100 : (wish.weight ?? stepWeight(wish, 0));
  const attempt: Attempt = { state, revision, step: 0, desired, given: 0, spent: 0, failures: 0 };
  return { ...memory, rolloutID: `${revision}-${number}`, attempt };
}

/** Takes all traffic from an attempt and lets it go. */
export function leave(
  memory: RolloutMemory,
  attempt: Attempt,
  ended: NonNullable<Attempt['ended']>,
  why: string,
): RolloutMemory {
  const { revision, step, failures, analysis } = attempt;
  const state = 'Reverting';
  return {
    ...memory,
    attempt: {
      ...{ state, revision, step, desired: 0, given: 0, spent: 0, failures, ended, why },
      ...(analysis && { analysis }),
    },
  };
}

const reasons: Partial<Record<TransitionEvent, string>> = {
  SpecReverted: 'the specification asks for the stable revision again',
  AnalysisFailed: 'more measurements failed than failureLimit allows',
  DeadlinePassed: 'no progress within rollout.progressDeadline',
  Superseded: 'the specification asks for another revision',
};

/** The memory behind an arrow, and the rollouts that ended with it. */
export function effectOf(arrow: Transition, memory: RolloutMemory, facts: Facts): Effect {
  const { attempt } = memory;
  if (attempt === undefined || ['NewRevision', 'Rescue', 'Returned'].includes(arrow.on)) {
    return plain(begin(memory, facts.target, stateOf(arrow), facts));
  }
  if (arrow.to === 'Reverting') return reverted(arrow.on, memory, attempt, facts);
  if (arrow.to === 'Stable') return plain(withoutAttempt(memory));
  if (arrow.on === 'Carried') return carried(memory, attempt, facts);
  return plain({ ...memory, attempt: moved(attempt, arrow, facts) });
}

const plain = (memory: RolloutMemory): Effect => ({ memory, endings: [] });

function stateOf({ to }: Transition): AttemptState {
  // Only an arrow that ends an attempt leads to Stable, and those are told apart before.
  return to === 'Stable' ? 'Clearing' : to;
}

function withoutAttempt({ attempt: _over, ...rest }: RolloutMemory): RolloutMemory {
  return rest;
}

function reverted(on: TransitionEvent, memory: RolloutMemory, attempt: Attempt, facts: Facts): Effect {
  const why = facts.undoing && on === 'SpecReverted' ? 'undone' : whyOf(on, attempt, facts);
  const { revision } = attempt;
  if (on === 'Superseded') {
    return {
      memory: leave(memory, attempt, 'Superseded', why),
      endings: [{ revision, result: 'Superseded', why }],
    };
  }
  if (on === 'SpecReverted') {
    const result = facts.undoing ? 'Undone' : 'Aborted';
    return { memory: leave(memory, attempt, 'Withdrawn', why), endings: [{ revision, result, why }] };
  }
  return { memory: leave(memory, attempt, 'Aborted', why), endings: [{ revision, result: 'Aborted', why }] };
}

function whyOf(on: TransitionEvent, { analysis = [] }: Attempt, { wish }: Facts): string {
  const failed = on === 'AnalysisFailed' ? troublesOf(wish.metrics, analysis) : [];
  return [reasons[on] ?? '', ...failed.slice(0, 2)].join('; ');
}

/** The canary is the stable revision now; the former one keeps its pods for a while. */
function carried(memory: RolloutMemory, attempt: Attempt, facts: Facts): Effect {
  const former = facts.stableRevision;
  const { revision, step, failures, by, why } = attempt;
  const asked = { ...(by !== undefined && { by }), ...(why !== undefined && { why }) };
  const ending = { revision, result: 'Promoted' as const, ...asked };
  return {
    memory: {
      ...memory,
      stableRevision: revision,
      attempt: {
        ...{ state: 'Keeping', revision: former, step, desired: 0, given: 0, spent: 0, failures },
        ended: 'Promoted',
      },
    },
    endings: facts.undoing ? [{ revision: former, result: 'Undone' }, ending] : [ending],
  };
}

/** Arrows on which a clock goes on: they are no progress. */
const sameClock: readonly TransitionEvent[] = ['CapacityReady', 'CapacityLost'];

function moved(attempt: Attempt, arrow: Transition, facts: Facts): Attempt {
  const state = stateOf(arrow);
  const keeps = sameClock.includes(arrow.on) && attempt.state !== 'Holding';
  const here = arrow.on === 'HoldOver' ? advanced(attempt, facts) : attempt;
  const { since, ...rest } = here;
  return keeps ? { ...here, state } : { ...rest, state, spent: 0 };
}

function advanced(attempt: Attempt, facts: Facts): Attempt {
  if (isFull(facts, attempt) || blockOf(facts, attempt) !== undefined) return attempt;
  const step = Math.min(attempt.step + 1, facts.wish.steps.length);
  return { ...attempt, step, desired: stepWeight(facts.wish, step) };
}
