import type { KubernetesObject } from '../../../operator/src/api/object.ts';
import { podTrouble } from '../../../operator/src/status/pods.ts';

export type PodView = {
  readonly name: string;
  readonly ready: boolean;
  /** One word: Ready, Starting, Terminating, or what is wrong. */
  readonly state: string;
  readonly restarts: number;
  /** What is wrong and what to do. */
  readonly message?: string;
};

type PodStatus = {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
  readonly containerStatuses?: readonly { readonly restartCount?: number }[];
};

/** One pod as people see it. */
export function podView(pod: KubernetesObject): PodView {
  // Written by the kubelet; every member is optional, so any object is one.
  const status = (pod['status'] ?? {}) as PodStatus;
  const ready = status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  const trouble = podTrouble(pod);
  return {
    name: pod.metadata.name,
    ready: ready === true,
    state: stateOf(pod, ready === true, trouble?.reason, status.phase),
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    ...(trouble && { message: trouble.message }),
  };
}

function stateOf(pod: KubernetesObject, ready: boolean, trouble: string | undefined, phase?: string): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (trouble !== undefined) return trouble;
  if (ready) return 'Ready';
  return phase === 'Running' ? 'Starting' : (phase ?? 'Pending');
}
