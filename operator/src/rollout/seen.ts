import type { PendingAction } from './action.ts';
import type { MetricBounds, Round } from './analysis.ts';

/** One revision of a service and the Deployment that runs it. */
export type RevisionPlace = { readonly revision: string; readonly deployment: string };

/** What the mesh was told: percent by revision; nothing where the route names no subset. */
export type Weights = Readonly<Record<string, number>>;

/** Whether the proxies have what the mesh was told. Unknown: they cannot be asked. */
export type Confirmation = 'Confirmed' | 'Pending' | 'Unknown';

/** A confirmation, and who or what it waits for or rests on. */
export type Answer = { readonly confirmation: Confirmation; readonly because?: string };

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
  readonly confirmation: (weights: Weights) => Answer;
  /** Measurements of the canary that memory may not have yet. */
  readonly round?: Round;
  /** Actions for this service that nobody has answered. */
  readonly actions: readonly PendingAction[];
  /** Revisions whose intent is on record, so that they can be built. */
  readonly recorded: readonly string[];
};
