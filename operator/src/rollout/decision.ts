import type { RestartDecision } from './restart.ts';

/** One revision of a service and the Deployment that runs it. */
export type RevisionPlace = { readonly revision: string; readonly deployment: string };

/** A canary: its place, how many pods it needs for the weight asked for, and the weight it gets now. */
export type CanaryDecision = RevisionPlace & {
  readonly replicas: number;
  /** Percent of the traffic that the route gives it now; never above its share of ready capacity. */
  readonly weight: number;
};

/**
 * What runs and who gets the traffic, for one service.
 *
 * `route` says what the VirtualService may name: `Host` (one revision lives: the host without subsets, so that a
 * rolling update serves from old and new pods), `Stable` (only the stable subset: a canary lives but gets nothing),
 * `Split` (both subsets by weight), `Canary` (only the canary subset: the stable revision has no ready pod).
 */
export type RolloutDecision = RestartDecision & {
  readonly service: string;
  /** Revision that the specification asks for: the canary's while there is one, else the stable one's. */
  readonly revision: string;
  readonly stable: RevisionPlace;
  readonly canary?: CanaryDecision;
  /** Deployments on their way out: not built any more, their subset stays until their pods are gone. */
  readonly retiring: readonly RevisionPlace[];
  readonly route: 'Host' | 'Stable' | 'Split' | 'Canary';
  /** Percent that the specification asks for; `canary.weight` follows as capacity allows. */
  readonly desiredWeight: number;
};

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
  /** Percent asked for by `canary.weight`, else by the first step, else 0. */
  readonly weight: number;
  readonly paused: boolean;
};

/** One Deployment of the service as the caches show it. */
export type DeploymentSeen = RevisionPlace & {
  readonly role?: 'stable' | 'canary';
  readonly ready: number;
  /** Every wanted pod runs the current template and is available. */
  readonly settled: boolean;
};

/** What `status.services[]` remembers of the last decision. */
export type RolloutMemory = {
  readonly stableRevision?: string;
  readonly canaryRevision?: string;
  readonly desiredWeight?: number;
  /** Revisions that once ran with all their pods available. */
  readonly proven: readonly string[];
};
