import type { KubernetesObject } from '../api/object.ts';

/** Why a pod does not run, as a condition reason, and what a person can do about it. */
export type PodTrouble = { readonly reason: PodTroubleReason; readonly message: string };

export type PodTroubleReason =
  | 'ImageNotPulled'
  | 'SecretMissing'
  | 'ConfigurationRefused'
  | 'CrashLooping'
  | 'Unschedulable';

type ContainerState = {
  readonly name?: string;
  readonly image?: string;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
  };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
};

type PodStatus = {
  readonly conditions?: readonly {
    readonly type?: string;
    readonly status?: string;
    readonly reason?: string;
    readonly message?: string;
  }[];
  readonly initContainerStatuses?: readonly ContainerState[];
  readonly containerStatuses?: readonly ContainerState[];
};

const pullReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
]);

/** What keeps a pod from running; undefined while nothing is known to be wrong. */
export function podTrouble(pod: KubernetesObject): PodTrouble | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  // Written by the kubelet and the scheduler; every member is optional, so any object is one.
  const status = (pod['status'] ?? {}) as PodStatus;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const container of containers) {
    const trouble = containerTrouble(pod.metadata.name, container);
    if (trouble !== undefined) return trouble;
  }
  const unscheduled = status.conditions?.find(
    ({ type, status: value, reason }) =>
      type === 'PodScheduled' && value === 'False' && reason === 'Unschedulable',
  );
  return (
    unscheduled && {
      reason: 'Unschedulable',
      message: `pod ${pod.metadata.name} fits on no node: ${unscheduled.message ?? 'no reason given'}; add room or lower the requests`,
    }
  );
}

/** What keeps a Deployment from making pods at all, such as Pod Security or a quota; the API server says it to it alone. */
export function refusalTrouble(deployment: KubernetesObject): PodTrouble | undefined {
  // Written by its controller; every member is optional, so any object is one.
  const status = (deployment['status'] ?? {}) as PodStatus;
  const failure = status.conditions?.find(
    ({ type, status: value }) => type === 'ReplicaFailure' && value === 'True',
  );
  return (
    failure && {
      reason: 'ConfigurationRefused',
      message: `pods of ${deployment.metadata.name} are refused: ${failure.message ?? 'no reason given'}`,
    }
  );
}

function containerTrouble(pod: string, container: ContainerState): PodTrouble | undefined {
  const waiting = container.state?.waiting;
  if (waiting?.reason === undefined) return undefined;
  if (pullReasons.has(waiting.reason)) {
    return {
      reason: 'ImageNotPulled',
      message: `image ${container.image ?? '?'} cannot be pulled (${waiting.reason}); check version, registry and pullSecrets`,
    };
  }
  if (waiting.reason === 'CreateContainerConfigError') return configTrouble(pod, waiting.message ?? '');
  if (waiting.reason !== 'CrashLoopBackOff') return undefined;
  const last = container.lastState?.terminated;
  const cause = last === undefined ? '' : `: ${last.reason ?? 'Error'}, exit code ${last.exitCode ?? '?'}`;
  return {
    reason: 'CrashLooping',
    message: `container ${container.name ?? '?'} of pod ${pod} keeps ending${cause}; see kubectl logs ${pod} -c ${container.name ?? '?'} --previous`,
  };
}

function configTrouble(pod: string, detail: string): PodTrouble {
  const secret = /secret "([^"]+)" not found/.exec(detail)?.[1];
  if (secret !== undefined) {
    return {
      reason: 'SecretMissing',
      message: `Secret ${secret} does not exist; create it in this namespace`,
    };
  }
  const key = /couldn't find key (\S+) in Secret ([^\s/]+)\/(\S+)/.exec(detail);
  if (key !== null) {
    return {
      reason: 'SecretMissing',
      message: `Secret ${key[3]} has no key ${key[1]}; add the key or name another one in secretRef.keys`,
    };
  }
  return { reason: 'ConfigurationRefused', message: `pod ${pod} cannot be configured: ${detail}` };
}
