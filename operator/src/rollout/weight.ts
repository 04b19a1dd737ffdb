import { blockOf, type Facts, heldWeight, isFull, stepWeight } from './facts.ts';
import { type Attempt, isTried } from './memory.ts';

/**
 * The attempt with the percent that is wanted of it now. A block lets a percent fall and never rise. Where the steps were
 * edited or a held weight was let go, the weight stays: a step of that weight is the present one, else the first larger
 * one is next; where none is larger, a person decides.
 */
export function withDesired(attempt: Attempt, facts: Facts): Attempt {
  if (!isTried(attempt)) return attempt;
  const blocked = blockOf(facts, attempt) !== undefined;
  const held = heldWeight(facts, attempt);
  if (blocked) {
    const asked = held ?? (isFull(facts, attempt) ? 100 : attempt.desired);
    return asked < attempt.desired ? { ...attempt, desired: asked } : attempt;
  }
  if (held !== undefined) return attempt.desired === held ? attempt : { ...attempt, desired: held };
  if (isFull(facts, attempt)) return attempt.desired === 100 ? attempt : { ...attempt, desired: 100 };
  return onSteps(attempt, facts);
}

function onSteps(attempt: Attempt, facts: Facts): Attempt {
  const { wish } = facts;
  if (stepWeight(wish, attempt.step) === attempt.desired) return attempt;
  const same = wish.steps.findIndex(({ weight }) => weight === attempt.desired);
  if (same !== -1) return { ...attempt, step: same };
  const larger = wish.steps.findIndex(({ weight }) => weight > attempt.desired);
  if (larger === -1) return { ...attempt, weight: attempt.desired };
  return { ...attempt, step: larger, desired: stepWeight(wish, larger) };
}

/** The attempt at the step after the present weight; all traffic after the last one. */
export function atNextStep(attempt: Attempt, facts: Facts): Attempt {
  const { steps } = facts.wish;
  const { weight: held, ...rest } = attempt;
  const larger = steps.findIndex(({ weight }) => weight > attempt.desired);
  const beyond = held === undefined ? Math.min(attempt.step + 1, steps.length) : larger;
  const step = beyond === -1 ? steps.length : beyond;
  return { ...rest, step, desired: stepWeight(facts.wish, step) };
}

/**
 * The percent that the mesh is told in the attempt's state. A stable revision without a ready pod leaves everything to a
 * canary that has earned traffic, and to the former stable revision while that one is kept.
 */
export function givenWeight(attempt: Attempt, facts: Facts): number {
  const { limit, stableReady, otherReady } = facts;
  const helps = stableReady === 0 && otherReady > 0;
  if (attempt.state === 'Keeping') return helps ? 100 : 0;
  const base = baseWeight(attempt, limit);
  return helps && base > 0 ? 100 : base;
}

function baseWeight({ state, given, desired }: Attempt, limit: number): number {
  if (state === 'Scaling') return Math.min(given, desired, limit);
  return state === 'Shifting' || state === 'Holding' ? Math.min(desired, limit) : 0;
}
