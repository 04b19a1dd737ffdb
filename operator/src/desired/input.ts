import type { CompletedStack } from '../api/completed.ts';
import type { Capabilities } from '../api/kinds.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import type { RevisionIntent } from './revision.ts';

/** Everything that the desired objects follow from; equal inputs give equal objects. */
export type StackInput = {
  readonly stack: CompletedStack;
  readonly capabilities: Capabilities;
  /** One decision a workload; a workload without one runs a single revision. */
  readonly rollouts: readonly RolloutDecision[];
  /** Recorded intents by revision, see `recordedRevisions`. */
  readonly revisions: Readonly<Record<string, RevisionIntent>>;
  /** Older revisions by service whose record is kept for an undo, newest first. */
  readonly history: Readonly<Record<string, readonly string[]>>;
  /** Names of Deployments whose number of pods an autoscaler has taken over. */
  readonly autoscaled: ReadonlySet<string>;
  /** Ready pods by Deployment. */
  readonly readyPods: Readonly<Record<string, number>>;
};
