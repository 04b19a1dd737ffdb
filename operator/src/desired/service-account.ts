import type { KubernetesObject } from '../api/object.ts';

/** The identity of a workload in the mesh; it holds no rights at the API server and mounts no token. */
export function buildServiceAccount(
  name: string,
  labels: Record<string, string>,
  annotations?: Record<string, string>,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, labels, ...(annotations && { annotations }) },
    automountServiceAccountToken: false,
  };
}
