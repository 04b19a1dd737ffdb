import type { KubernetesObject } from '../api/object.ts';

/** How far a workload is: pods wanted, current and able to serve, and whether all of it is as wanted. */
export type WorkloadReadiness = {
  readonly wanted: number;
  readonly ready: number;
  /** Pods that exist; at least one while the controller has not seen the present specification. */
  readonly pods: number;
  /** The controller has seen the present specification and every wanted pod runs it and is available. */
  readonly settled: boolean;
  /** The Deployment's own deadline passed without progress. */
  readonly stuck: boolean;
};

type WorkloadStatus = {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly conditions?: readonly { readonly type?: string; readonly reason?: string }[];
};

/** Readiness of a Deployment or a StatefulSet, by the rules of kstatus. */
export function workloadReadiness(object: KubernetesObject): WorkloadReadiness {
  // The API server wrote these two; their members are all optional, so any object is one.
  const spec = (object['spec'] ?? {}) as { readonly replicas?: number };
  const status = (object['status'] ?? {}) as WorkloadStatus;
  const wanted = spec.replicas ?? 1;
  const current = (status.observedGeneration ?? 0) >= (object.metadata.generation ?? 1);
  const whole =
    (status.updatedReplicas ?? 0) >= wanted &&
    (status.availableReplicas ?? 0) >= wanted &&
    (status.replicas ?? 0) === wanted;
  const rolled = status.updateRevision === undefined || status.updateRevision === status.currentRevision;
  const deadline = status.conditions?.some(
    ({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded',
  );
  return {
    wanted,
    ready: status.readyReplicas ?? 0,
    pods: Math.max(status.replicas ?? 0, current ? 0 : 1),
    settled: current && whole && rolled,
    stuck: current && deadline === true,
  };
}
