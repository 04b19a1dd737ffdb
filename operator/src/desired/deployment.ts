import type { KubernetesObject } from '../api/object.ts';
import { labelKeys, objectLabels } from './labels.ts';
import { buildPodTemplate } from './pod-template.ts';
import { intentAnnotation, type RevisionIntent, recordIntent } from './revision.ts';

/** One Deployment of one revision, and how many pods it runs. */
export type DeploymentPlace = {
  stack: string;
  name: string;
  revision: string;
  role: 'stable' | 'canary' | 'leaving';
  intent: RevisionIntent;
  /** Why its pods were restarted last; another value restarts them. */
  restart?: string;
  /** Absent while an autoscaler owns the number. */
  replicas?: number;
  maxSurge: number | string;
  maxUnavailable: number | string;
  progressDeadlineSeconds: number;
  paused: boolean;
};

/** The Deployment of one revision; its selector never changes. */
export function buildDeployment(place: DeploymentPlace): KubernetesObject {
  const { stack, name, revision, role, intent } = place;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      labels: {
        ...objectLabels(stack, intent.object, 'service'),
        version: intent.version,
        'app.kubernetes.io/version': intent.version,
        [labelKeys.service]: intent.service,
        [labelKeys.revision]: revision,
        [labelKeys.role]: role,
        [labelKeys.deployment]: name,
      },
      ...annotationsOf(intent),
    },
    spec: {
      ...(place.replicas !== undefined && { replicas: place.replicas }),
      // Older revisions are kept as ConfigMaps; old ReplicaSets would only be a second, shorter memory of them.
      revisionHistoryLimit: 1,
      progressDeadlineSeconds: place.progressDeadlineSeconds,
      ...(place.paused && { paused: true }),
      selector: { matchLabels: { app: intent.object, [labelKeys.deployment]: name } },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: place.maxSurge, maxUnavailable: place.maxUnavailable },
      },
      template: buildPodTemplate(place),
    },
  };
}

/** Bytes of an annotation that leave room for others: an API server takes 256 KiB of them all. */
const mostBytes = 192 * 1024;

/** The second record of the intent; one that is too large for an annotation has the ConfigMap alone. */
function annotationsOf(intent: RevisionIntent): { annotations?: Record<string, string> } {
  const record = recordIntent(intent);
  const fits = new TextEncoder().encode(record).byteLength <= mostBytes;
  return fits ? { annotations: { [intentAnnotation]: record } } : {};
}
