import type { KubernetesObject } from '../api/object.ts';

/** How many pods of a service, over all its revisions, a drain may evict at once. */
export function buildPodDisruptionBudget(
  name: string,
  labels: Record<string, string>,
  budget: { minAvailable?: number | string; maxUnavailable?: number | string },
): KubernetesObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, labels },
    spec: {
      ...(budget.minAvailable === undefined
        ? { maxUnavailable: budget.maxUnavailable ?? 1 }
        : { minAvailable: budget.minAvailable }),
      // A pod that is not ready protects nothing; keeping it would only block the drain.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: { app: name } },
    },
  };
}
