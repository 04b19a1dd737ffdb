import { newFailures, type Round, withRound } from './analysis.ts';
import { answer } from './answer.ts';
import type { RolloutDecision, Turn } from './decision.ts';
import { effectOf } from './effects.ts';
import { elapsed, type Facts, factsOf, holdSeconds, isRunning } from './facts.ts';
import { hasHappened, keepSeconds } from './guards.ts';
import { type Attempt, isTried, type RolloutMemory } from './memory.ts';
import { decisionOf } from './posture.ts';
import type { RolloutSeen, RolloutWish } from './seen.ts';
import { beginning, settleStable } from './stable.ts';
import { standingOf } from './standing.ts';
import { nextTransition } from './transitions.ts';
import { givenWeight, withDesired } from './weight.ts';

/**
 * One turn of the rollout machine: answers actions, takes at most one arrow of the table, and says what to build. Equal
 * inputs give equal decisions, and a decision that was stored and not acted on is made again.
 */
export function step(
  memory: RolloutMemory,
  wish: RolloutWish,
  seen: RolloutSeen,
  now: number,
): RolloutDecision {
  const before = withMeasurements(beginning(withValidPin(memory, wish, seen), wish, seen, now), wish, seen);
  const answered = answer(before, (so) => factsOf(so, wish, seen, now), seen);
  const settled = settleStable(answered.memory, factsOf(answered.memory, wish, seen, now));
  // Proxies are asked about what was told before the action, so an action that moved the machine ends the turn.
  const moved = answered.memory.attempt !== before.attempt;
  const facts = { ...factsOf(settled, wish, seen, now), ...(moved && { confirmation: 'Pending' as const }) };
  const wanted = moved ? settled : withWish(settled, facts);
  const arrow = moved
    ? undefined
    : nextTransition(wanted.attempt?.state ?? 'Stable', (on) =>
        hasHappened(on, settled.attempt, wanted, facts),
      );
  const effect = arrow === undefined ? { memory: wanted, endings: [] } : effectOf(arrow, wanted, facts);
  const after = withGiven(withClock(effect.memory, facts), wish, seen, now);
  const then = factsOf(after, wish, seen, now);
  const endings = [...answered.endings, ...effect.endings];
  const wakeAt = wakeTime(after, then, seen.round);
  const turn: Turn = {
    memory: after,
    results: answered.results,
    endings,
    standing: standingOf(after, then),
    confirmation: then.confirmation,
    ...(then.confirmation === 'Confirmed' && then.because !== undefined && { note: then.because }),
    ...(wakeAt !== undefined && { wakeAt }),
  };
  const unchanged = arrow === undefined && !moved && after.attempt?.given === memory.attempt?.given;
  return { ...decisionOf(after, then, seen, unchanged && facts.confirmation === 'Confirmed'), turn };
}

/** Another specification ends a pin, and so does the loss of what the pinned revision was built from. */
function withValidPin(memory: RolloutMemory, wish: RolloutWish, seen: RolloutSeen): RolloutMemory {
  const { pin, ...rest } = memory;
  if (pin === undefined) return memory;
  const known = [memory.stableRevision, wish.revision, ...seen.recorded].includes(pin.revision);
  return pin.over === wish.revision && known ? memory : rest;
}

/** Remembers what was measured. A failure counts once, however often it is seen; good values forgive nothing. */
function withMeasurements(memory: RolloutMemory, { metrics }: RolloutWish, seen: RolloutSeen): RolloutMemory {
  const { attempt, rolloutID } = memory;
  if (!isTried(attempt) || seen.round?.rolloutID !== rolloutID) return memory;
  const known = attempt.analysis ?? [];
  const analysis = withRound(metrics, known, seen.round);
  if (analysis.length === known.length && analysis.every((record, index) => record === known[index])) {
    return memory;
  }
  const failures = attempt.failures + newFailures(metrics, known, analysis);
  return { ...memory, attempt: { ...attempt, failures, analysis } };
}

function withWish(memory: RolloutMemory, facts: Facts): RolloutMemory {
  return memory.attempt === undefined ? memory : { ...memory, attempt: withDesired(memory.attempt, facts) };
}

/** Starts the clock or stops it; while nothing changes, its record does not. */
function withClock(memory: RolloutMemory, facts: Facts): RolloutMemory {
  const { attempt } = memory;
  if (attempt === undefined) return memory;
  const running = isRunning(facts, attempt);
  if (running === (attempt.since !== undefined)) return memory;
  const { since: _stopped, ...rest } = attempt;
  const clock = running ? { since: facts.now } : { spent: elapsed(attempt, facts.now) };
  return { ...memory, attempt: { ...rest, ...clock } };
}

function withGiven(memory: RolloutMemory, wish: RolloutWish, seen: RolloutSeen, now: number): RolloutMemory {
  const { attempt } = memory;
  if (attempt === undefined) return memory;
  const given = givenWeight(attempt, factsOf(memory, wish, seen, now));
  return given === attempt.given ? memory : { ...memory, attempt: { ...attempt, given } };
}

/** When the running clock ends what it measures, the freeze that blocks ends, or the next measurement is due. */
function wakeTime(
  { attempt, rolloutID }: RolloutMemory,
  facts: Facts,
  round: Round | undefined,
): number | undefined {
  const thaw = facts.wish.freeze?.until;
  const measured = isTried(attempt) && round?.rolloutID === rolloutID ? round?.nextAt : undefined;
  const times = attempt === undefined ? [] : [clockEnd(attempt, facts)];
  const pending = facts.target !== facts.stableRevision || attempt !== undefined;
  const all = [...times, pending ? thaw : undefined, measured].filter((time) => time !== undefined);
  return all.length === 0 ? undefined : Math.min(...all);
}

function clockEnd(attempt: Attempt, facts: Facts): number | undefined {
  if (attempt.since === undefined) return undefined;
  const seconds = {
    Keeping: keepSeconds,
    Holding: holdSeconds(facts, attempt),
  } as Readonly<Record<string, number | undefined>>;
  const limit = attempt.state in seconds ? seconds[attempt.state] : facts.wish.deadlineSeconds;
  if (limit === undefined) return undefined;
  const end = attempt.since + (limit - attempt.spent) * 1000;
  // What is over and still waits for something else sends an event when it is there.
  return end > facts.now ? end : undefined;
}
