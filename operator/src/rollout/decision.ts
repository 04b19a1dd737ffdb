import type { ActionResult } from './action.ts';
import type { Ending } from './effects.ts';
import type { RolloutMemory } from './memory.ts';
import type { RestartDecision } from './restart.ts';
import type { Confirmation, RevisionPlace } from './seen.ts';
import type { Standing } from './standing.ts';

/** A revision that gets no traffic any more and still has a Deployment: how many pods it keeps. */
export type LeavingPlace = RevisionPlace & { readonly replicas: number };

/** A canary: its place, how many pods it needs for the weight asked for, and the weight it gets now. */
export type CanaryDecision = LeavingPlace & {
  /** Percent of the traffic that the route gives it now; never above its share of ready capacity. */
  readonly weight: number;
};

/**
 * What runs and who gets the traffic, for one service.
 *
 * `route` says what the VirtualService may name: `Host` (one revision lives: the host without subsets, so that a
 * rolling update serves from old and new pods), `Stable` (only the stable subset: another revision lives but gets
 * nothing), `Split` (both subsets by weight), `Canary` (only the canary subset).
 */
export type RolloutDecision = RestartDecision & {
  readonly service: string;
  /** Revision that the specification asks for. */
  readonly revision: string;
  readonly stable: RevisionPlace;
  readonly canary?: CanaryDecision;
  /** Deployments without traffic that are still built, until nothing sends to them. */
  readonly leaving?: readonly LeavingPlace[];
  /** Revision that is about to run beside the stable one, so that its subset has a name before it has pods. */
  readonly coming?: string;
  /** Deployments on their way out: not built any more, their subset stays until they are gone. */
  readonly retiring: readonly RevisionPlace[];
  readonly route: 'Host' | 'Stable' | 'Split' | 'Canary';
  /** Percent that was decided; `canary.weight` follows as capacity allows. */
  readonly desiredWeight: number;
  /** What the machine remembers, answers and waits for; absent where nothing was decided. */
  readonly turn?: Turn;
};

/** What a turn of the machine says besides what to build. */
export type Turn = {
  /** What status has to say before anything is done. */
  readonly memory: RolloutMemory;
  readonly results: readonly ActionResult[];
  /** Rollouts that ended in this turn, for the history. */
  readonly endings: readonly Ending[];
  readonly standing: Standing;
  /** Whether the proxies have the weight that is decided now. */
  readonly confirmation: Confirmation;
  /** What a confirmation rests on, where that is less than the proxies' own word. */
  readonly note?: string;
  /** When to look again though nothing happens (ms). */
  readonly wakeAt?: number;
};
