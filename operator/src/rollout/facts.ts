import { type Verdict, verdictOf } from './analysis.ts';
import { weightLimit } from './capacity.ts';
import { type Attempt, isTried, type RolloutMemory } from './memory.ts';
import type { Answer, Confirmation, DeploymentSeen, RolloutSeen, RolloutWish, Weights } from './seen.ts';

/** Why a rollout may not go on. */
export type Block = 'StackPaused' | 'Paused' | 'Frozen';

/** What follows from memory, wish and world before anything is decided. */
export type Facts = {
  readonly now: number;
  readonly wish: RolloutWish;
  /** Revision that is to become stable: the pinned one, else the specified one. */
  readonly target: string;
  readonly undoing: boolean;
  readonly stableRevision: string;
  readonly stable?: DeploymentSeen;
  readonly stableReady: number;
  /** The Deployment of the attempt's revision. */
  readonly other?: DeploymentSeen;
  readonly otherReady: number;
  /** Largest percent that the ready pods of the attempt's revision carry. */
  readonly limit: number;
  /** Whether the proxies have what memory says they were told. */
  readonly confirmation: Confirmation;
  /** Who or what the confirmation waits for or rests on. */
  readonly because?: string;
  readonly verdict: Verdict;
  /** When the oldest of the measurements behind the verdict was made (ms); 0 while one is missing. */
  readonly measuredAt: number;
};

/** Gathers the facts of one turn. */
export function factsOf(memory: RolloutMemory, wish: RolloutWish, seen: RolloutSeen, now: number): Facts {
  const { attempt } = memory;
  const stable = livingStable(memory, seen.deployments);
  const stableRevision = memory.stableRevision ?? stable?.revision ?? wish.revision;
  const other =
    attempt && seen.deployments.find((one) => one !== stable && one.revision === attempt.revision);
  const records = attempt?.analysis ?? [];
  const undoing = memory.pin !== undefined;
  // One revision is reached without subsets, so there is nothing to ask about.
  const answer: Answer =
    attempt === undefined
      ? { confirmation: 'Confirmed' }
      : seen.confirmation(weightsOf(memory, stableRevision));
  return {
    now,
    wish,
    target: memory.pin?.revision ?? wish.revision,
    undoing,
    stableRevision,
    ...(stable && { stable }),
    stableReady: stable?.ready ?? 0,
    ...(other && { other }),
    otherReady: other?.ready ?? 0,
    limit: weightLimit(other?.ready ?? 0, stable?.ready ?? 0, wish.replicas),
    confirmation: answer.confirmation,
    ...(answer.because !== undefined && { because: answer.because }),
    verdict: undoing ? 'Pass' : verdictOf(wish.metrics, records),
    measuredAt: Math.min(
      ...wish.metrics.map((metric) => records.find(({ name }) => name === metric.name)?.at ?? 0),
    ),
  };
}

/**
 * The stable Deployment: the one that runs the remembered revision, whatever its label still says, else the one that
 * carries the role, else the only one.
 */
export function livingStable(
  memory: RolloutMemory,
  deployments: readonly DeploymentSeen[],
): DeploymentSeen | undefined {
  const mine = deployments.filter(({ revision }) => revision === memory.stableRevision);
  const labelled = (some: readonly DeploymentSeen[]) =>
    some.find(({ role }) => role === 'stable') ?? some.find(({ role }) => role === undefined);
  return labelled(mine) ?? mine[0] ?? labelled(deployments);
}

/** What memory says the mesh was told. */
function weightsOf({ attempt }: RolloutMemory, stableRevision: string): Weights {
  if (attempt === undefined || attempt.state === 'Clearing' || attempt.state === 'Aborted') return {};
  if (attempt.given === 0) return { [stableRevision]: 100 };
  if (attempt.given === 100) return { [attempt.revision]: 100 };
  return { [stableRevision]: 100 - attempt.given, [attempt.revision]: attempt.given };
}

/** What keeps an attempt, or the beginning of one, from going on. */
export function blockOf(facts: Facts, attempt: Attempt | undefined): Block | undefined {
  const { wish, undoing } = facts;
  if (wish.stackPaused) return 'StackPaused';
  if (wish.paused || attempt?.paused === true) return 'Paused';
  if (wish.freeze === undefined || undoing || attempt?.unfrozen === true) return undefined;
  return 'Frozen';
}

/** Whether an attempt has no steps before it. */
export function isFull(facts: Facts, attempt: Attempt): boolean {
  return attempt.full === true || facts.undoing || facts.wish.strategy === 'Rolling';
}

/** The percent of a step; all traffic after the last one. */
export function stepWeight({ steps }: RolloutWish, step: number): number {
  return steps[step]?.weight ?? 100;
}

/** The percent that a person or the specification holds, whatever the steps say. */
export function heldWeight(facts: Facts, attempt: Attempt): number | undefined {
  if (facts.undoing) return undefined;
  if (facts.wish.weight !== undefined) return facts.wish.weight;
  return isFull(facts, attempt) ? undefined : attempt.weight;
}

/** Seconds that the attempt's clock shows. */
export function elapsed(attempt: Attempt, now: number): number {
  const running = attempt.since === undefined ? 0 : Math.floor((now - attempt.since) / 1000);
  return attempt.spent + Math.max(0, running);
}

/** Whether the clock of an attempt runs: towards the deadline, the end of a hold or of the time for an undo. */
export function isRunning(facts: Facts, attempt: Attempt): boolean {
  if (attempt.state === 'Keeping') return true;
  if (!isTried(attempt) || blockOf(facts, attempt) !== undefined) return false;
  if (attempt.state !== 'Holding') return facts.confirmation !== 'Unknown';
  return heldWeight(facts, attempt) === undefined && holdSeconds(facts, attempt) !== undefined;
}

/** Seconds after which the present hold ends by itself; undefined where a person ends it. */
export function holdSeconds({ wish }: Facts, attempt: Attempt): number | undefined {
  return wish.steps[attempt.step]?.holdSeconds;
}
