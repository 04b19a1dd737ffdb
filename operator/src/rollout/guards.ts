import { blockOf, elapsed, type Facts, heldWeight, holdSeconds, isFull } from './facts.ts';
import type { Attempt, RolloutMemory } from './memory.ts';
import type { TransitionEvent } from './transitions.ts';

/** How long the former stable revision keeps its pods after a promotion. */
export const keepSeconds = 60;

/** An attempt beside what it was before this turn's wish, and the facts. */
type Case = { readonly was: Attempt; readonly attempt: Attempt; readonly facts: Facts };
type Guard = (given: Case) => boolean;

const isConfirmed = ({ facts }: Case): boolean => facts.confirmation === 'Confirmed';
const isFree = ({ facts, attempt }: Case): boolean => blockOf(facts, attempt) === undefined;
/** A paused stack lets nothing be taken away. */
const mayRemove = ({ facts }: Case): boolean => !facts.wish.stackPaused;
const isThird = ({ facts, attempt }: Case): boolean =>
  facts.target !== attempt.revision && facts.target !== facts.stableRevision;
/** The block of a new attempt: pauses and permissions of this one do not count. */
const mayBegin = ({ facts }: Case): boolean => blockOf(facts, undefined) === undefined;

const carries = ({ attempt, facts }: Case): boolean => facts.otherReady > 0 && facts.limit >= attempt.desired;

/** All traffic is told to the mesh and nobody holds a weight: promotion is due. */
const isLast = ({ attempt, facts }: Case): boolean =>
  attempt.desired === 100 &&
  attempt.given === 100 &&
  heldWeight(facts, attempt) === undefined &&
  (isFull(facts, attempt) || attempt.step >= facts.wish.steps.length);

const isMeasured = ({ attempt, facts }: Case): boolean =>
  facts.wish.metrics.length === 0 ||
  facts.undoing ||
  (facts.verdict === 'Pass' && facts.measuredAt > (attempt.since ?? facts.now));

const holdIsOver: Guard = (given) => {
  const { attempt, facts } = given;
  const seconds = holdSeconds(facts, attempt);
  if (seconds === undefined || heldWeight(facts, attempt) !== undefined) return false;
  return isFree(given) && elapsed(attempt, facts.now) >= seconds && isMeasured(given);
};

const never: Guard = () => false;

const guards: Readonly<Record<TransitionEvent, Guard>> = {
  // People's actions move the machine by themselves, before the world is looked at.
  Abort: never,
  Retry: never,
  SpecReverted: (given) => {
    const { attempt, facts } = given;
    if (attempt.state !== 'Aborted') return facts.target === facts.stableRevision;
    const inPlace = facts.wish.strategy === 'Rolling' && isThird(given);
    return mayRemove(given) && (facts.target === facts.stableRevision || inPlace);
  },
  AnalysisFailed: ({ attempt, facts }) => !facts.undoing && attempt.failures > facts.wish.failureLimit,
  DeadlinePassed: (given) =>
    given.attempt.state !== 'Holding' &&
    isFree(given) &&
    elapsed(given.attempt, given.facts.now) >= given.facts.wish.deadlineSeconds,
  Superseded: (given) => isThird(given) && isFree(given),
  NewRevision: (given) => isThird(given) && mayBegin(given),
  RoutePinned: (given) => isConfirmed(given) && isFree(given),
  CapacityReady: (given) => {
    const { desired, given: told } = given.attempt;
    return carries(given) && (desired <= told || (isConfirmed(given) && isFree(given)));
  },
  CapacityLost: (given) => !carries(given) || given.attempt.desired !== given.was.desired,
  WeightChanged: ({ attempt, was }) => attempt.desired !== was.desired,
  Carried: (given) => isConfirmed(given) && isLast(given) && isFree(given),
  WeightConfirmed: (given) => {
    const { attempt, facts } = given;
    const told = attempt.given === attempt.desired || (attempt.given === 100 && facts.stableReady === 0);
    const promotes = isLast(given) && !isFree(given);
    return isConfirmed(given) && told && !promotes;
  },
  HoldOver: holdIsOver,
  Returned: (given) =>
    given.attempt.ended === 'Promoted' && given.facts.target === given.attempt.revision && mayBegin(given),
  KeepOver: (given) => {
    const { attempt, facts } = given;
    const over = elapsed(attempt, facts.now) >= keepSeconds || isThird(given);
    // While it helps a stable revision out, the proxies send to it.
    const idle = attempt.given === 0 && isConfirmed(given);
    return over && idle && facts.stableReady > 0 && mayRemove(given);
  },
  RouteCleared: (given) => {
    const { stableReady, otherReady } = given.facts;
    return isConfirmed(given) && mayRemove(given) && (stableReady > 0 || otherReady === 0);
  },
  Rescue: (given) => {
    const { stableReady, otherReady } = given.facts;
    return stableReady === 0 && otherReady > 0 && isThird(given) && mayBegin(given);
  },
  Emptied: (given) => {
    const { other } = given.facts;
    return mayRemove(given) && (other === undefined || (other.wanted === 0 && other.pods === 0));
  },
  Latched: (given) => {
    const { attempt, facts } = given;
    const latched = attempt.ended === 'Aborted' && facts.target === attempt.revision;
    return latched && isConfirmed(given) && mayRemove(given);
  },
  Cleared: (given) => isConfirmed(given) && mayRemove(given),
};

/** Whether an arrow's event has happened; `was` is the attempt before this turn's wish was looked at. */
export function hasHappened(
  on: TransitionEvent,
  was: Attempt | undefined,
  { attempt }: RolloutMemory,
  facts: Facts,
): boolean {
  if (attempt === undefined || was === undefined) {
    return facts.target !== facts.stableRevision && blockOf(facts, undefined) === undefined;
  }
  return guards[on]({ was, attempt, facts });
}
