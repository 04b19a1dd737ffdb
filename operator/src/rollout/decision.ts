import type { PendingAction } from './action.ts';
import type { MetricBounds, Round } from './analysis.ts';
import type { Turn } from './machine.ts';
import type { RestartDecision } from './restart.ts';

/** One revision of a service and the Deployment that runs it. */
export type RevisionPlace = { readonly revision: string; readonly deployment: string };

/** A revision that gets no traffic any more and still has a Deployment: how many pods it keeps. */
export type LeavingPlace = RevisionPlace & { readonly replicas: number };

/** A canary: its place, how many pods it needs for the weight asked for, and the weight it gets now. */
export type CanaryDecision = LeavingPlace & {
  /** Percent of the traffic that the route gives it now; never above its share of ready capacity. */
  readonly weight: number;
};

/** What the mesh was told: percent by revision; nothing where the route names no subset. */
export type Weights = Readonly<Record<string, number>>;

/** Whether the proxies have what the mesh was told. Unknown: they cannot be asked. */
export type Confirmation = 'Confirmed' | 'Pending' | 'Unknown';

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

/** One step of a canary: the percent, and for how long; absent seconds wait for a person. */
type Step = { readonly weight: number; readonly holdSeconds?: number };

/** Release windows as they are now: until when nothing may go on. */
export type Freeze = { readonly until?: number };

/** What the completed stack asks of one service's rollout. */
export type RolloutWish = {
  readonly service: string;
  /** Name of the service's objects, e.g. `user-service`. */
  readonly object: string;
  /** Revision of the completed intent. */
  readonly revision: string;
  readonly strategy: 'Rolling' | 'Canary';
  /** Pods of the whole service; the autoscaler's current number where one owns it. */
  readonly replicas: number;
  readonly steps: readonly Step[];
  /** `canary.weight`: exactly this percent, no promotion. */
  readonly weight?: number;
  /** `rollout.paused`. */
  readonly paused: boolean;
  /** `spec.paused`. */
  readonly stackPaused: boolean;
  /** A release window that keeps rollouts from going on. */
  readonly freeze?: Freeze;
  readonly metrics: readonly MetricBounds[];
  readonly failureLimit: number;
  readonly deadlineSeconds: number;
  /** False: nobody guards who writes actions, so all but Abort are refused. */
  readonly guarded: boolean;
};

/** One Deployment of the service as the caches show it. */
export type DeploymentSeen = RevisionPlace & {
  readonly role?: 'stable' | 'canary' | 'leaving';
  /** Pods that its specification asks for. */
  readonly wanted: number;
  /** Pods that exist. */
  readonly pods: number;
  readonly ready: number;
  /** Every wanted pod runs the current template and is available. */
  readonly settled: boolean;
};

/** What one turn of the machine looks at besides the wish. */
export type RolloutSeen = {
  readonly deployments: readonly DeploymentSeen[];
  /** Asks whether the proxies have these weights. */
  readonly confirmation: (weights: Weights) => Confirmation;
  /** The newest measurements of the canary. */
  readonly round?: Round;
  /** Actions for this service that nobody has answered. */
  readonly actions: readonly PendingAction[];
  /** Revisions whose intent is on record, so that they can be built. */
  readonly recorded: readonly string[];
};
