import { workloadReadiness } from '../../../operator/src/status/readiness.ts';
import type { Picture, ServiceSeen } from '../seen.ts';
import { type Advice, adviceOf } from './advice.ts';
import { clean } from './clean.ts';
import type { PodView } from './pods.ts';
import { podsOf, type RevisionView, revisionViews } from './revision.ts';
import { type RolloutView, rolloutView } from './rollout.ts';

export type ServiceView = {
  readonly name: string;
  readonly version?: string;
  /** Revision that the specification asks for. */
  readonly revision?: string;
  readonly stableRevision?: string;
  readonly phase?: string;
  readonly message?: string;
  readonly readyReplicas?: number;
  /** Revision that an Undo holds over the specification. */
  readonly pinnedTo?: string;
  readonly lastAction?: string;
  readonly revisions: readonly RevisionView[];
  readonly rollout?: RolloutView & Advice;
};

export type StoreView = {
  readonly name: string;
  readonly ready: number;
  readonly wanted: number;
  readonly pods: readonly PodView[];
};

type PendingView = {
  readonly name: string;
  readonly action: string;
  readonly target: string;
  readonly requestedBy: string;
};

/** All that the status command tells; the tree and the table show parts of it, JSON is it. */
export type StackView = {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  readonly ready: 'True' | 'False' | 'Unknown';
  /** False while the operator has not seen the present specification. */
  readonly current: boolean;
  readonly phase?: string;
  readonly url?: string;
  readonly summary: { readonly services?: string; readonly canary?: string };
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
  readonly services: readonly ServiceView[];
  readonly stores: readonly StoreView[];
  /** Actions that nobody has answered yet. */
  readonly pending: readonly PendingView[];
  /** What could not be read, and why. */
  readonly gaps: readonly string[];
};

/** The view of one stack at the time `now` (ms). */
export function stackView(picture: Picture, now: number): StackView {
  const { stack, statefulSets, pods, actions } = picture;
  const { metadata, spec, status } = stack;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
  return clean({
    name: metadata.name,
    namespace: metadata.namespace ?? 'default',
    version: spec.version,
    ready,
    current: status?.observedGeneration === metadata.generation,
    ...(status?.phase !== undefined && { phase: status.phase }),
    ...(status?.url !== undefined && { url: status.url }),
    summary: status?.summary ?? {},
    conditions: (status?.conditions ?? []).map(({ type, status: holds, reason, message }) => ({
      ...{ type, status: holds, reason, message },
    })),
    services: (status?.services ?? []).map((service) => serviceView(picture, service, now)),
    stores: statefulSets
      .map((store) => ({ store, readiness: workloadReadiness(store) }))
      .map(({ store: { metadata: meta }, readiness: { ready: up, wanted } }) => ({
        ...{ name: meta.name, ready: up, wanted, pods: podsOf(pods, meta.name) },
      })),
    pending: actions
      .filter((action) => action.spec.stackUID === metadata.uid && action.status?.result === undefined)
      .map(({ metadata: meta, spec: asked }) => ({
        ...{
          name: meta.name,
          action: asked.action,
          target: asked.target.name,
          requestedBy: asked.requestedBy,
        },
      })),
    gaps: picture.gaps,
  });
}

function serviceView(picture: Picture, service: ServiceSeen, now: number): ServiceView {
  const { stack } = picture;
  const revisions = revisionViews(picture, service);
  const rollout = rolloutView(stack, service, now);
  const { version, revision, stableRevision, phase, message, readyReplicas, pin, lastAction } = service;
  return {
    name: service.name,
    ...(version !== undefined && { version }),
    ...(revision !== undefined && { revision }),
    ...(stableRevision !== undefined && { stableRevision }),
    ...(phase !== undefined && { phase }),
    ...(message !== undefined && { message }),
    ...(readyReplicas !== undefined && { readyReplicas }),
    ...(pin !== undefined && { pinnedTo: pin.revision }),
    ...(lastAction !== undefined && { lastAction }),
    revisions,
    ...(rollout && { rollout: { ...rollout, ...adviceOf({ stack, service, rollout, revisions }) } }),
  };
}
