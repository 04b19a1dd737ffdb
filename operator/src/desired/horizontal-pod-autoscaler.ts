import type { Autoscaling } from '../api/completed.ts';
import { toSeconds } from '../api/duration.ts';
import type { KubernetesObject } from '../api/object.ts';

/** The autoscaler of one Deployment; each revision has its own, so that none counts the other's pods. */
export function buildHorizontalPodAutoscaler(scaler: {
  deployment: string;
  labels: Record<string, string>;
  /** Container whose use counts; the proxy beside it does not. */
  container: string;
  minReplicas: number;
  autoscaling: Autoscaling;
}): KubernetesObject {
  const { autoscaling, container } = scaler;
  const { targetMemoryUtilization: memory } = autoscaling;
  const use = (name: string, averageUtilization: number) => ({
    type: 'ContainerResource',
    containerResource: { name, container, target: { type: 'Utilization', averageUtilization } },
  });
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: scaler.deployment, labels: scaler.labels },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: scaler.deployment },
      minReplicas: scaler.minReplicas,
      maxReplicas: autoscaling.maxReplicas,
      metrics: [
        use('cpu', autoscaling.targetCPUUtilization),
        ...(memory === undefined ? [] : [use('memory', memory)]),
      ],
      behavior: {
        scaleDown: { stabilizationWindowSeconds: toSeconds(autoscaling.scaleDownStabilization) },
      },
    },
  };
}
