import type { KubernetesObject } from '../../../operator/src/api/object.ts';
import { labelKeys } from '../../../operator/src/desired/labels.ts';
import { workloadReadiness } from '../../../operator/src/status/readiness.ts';
import type { Picture, ServiceSeen } from '../seen.ts';
import { type PodView, podView } from './pods.ts';

export type RevisionView = {
  readonly revision: string;
  readonly role: 'Stable' | 'Canary' | 'Leaving';
  readonly deployment: string;
  readonly version?: string;
  /** Percent of the traffic; absent where it cannot be read. */
  readonly weight?: number;
  readonly ready: number;
  readonly wanted: number;
  readonly pods: readonly PodView[];
};

const order: readonly RevisionView['role'][] = ['Stable', 'Canary', 'Leaving'];

/** The revisions of a service that have a Deployment, the stable one first. */
export function revisionViews(picture: Picture, service: ServiceSeen): RevisionView[] {
  return picture.deployments
    .filter(({ metadata }) => metadata.labels?.[labelKeys.service] === service.name)
    .map((deployment) => revisionView(picture, service, deployment))
    .toSorted(
      (one, other) =>
        order.indexOf(one.role) - order.indexOf(other.role) || (one.deployment < other.deployment ? -1 : 1),
    );
}

function revisionView(picture: Picture, service: ServiceSeen, deployment: KubernetesObject): RevisionView {
  const { name, labels = {} } = deployment.metadata;
  const revision = labels[labelKeys.revision] ?? '';
  const role = roleOf(service, revision, labels[labelKeys.role]);
  const weight = weightOf(service, role);
  const { ready, wanted } = workloadReadiness(deployment);
  return {
    ...{ revision, role, deployment: name },
    ...(labels['version'] !== undefined && { version: labels['version'] }),
    ...(weight !== undefined && { weight }),
    ...{ ready, wanted },
    pods: podsOf(picture.pods, name),
  };
}

/** Status says which revision is which; the label of the Deployment helps where status is not written yet. */
function roleOf(service: ServiceSeen, revision: string, label: string | undefined): RevisionView['role'] {
  if (revision === service.canaryRevision) return 'Canary';
  if (revision === service.stableRevision) return 'Stable';
  if (service.stableRevision !== undefined) return 'Leaving';
  return label === 'canary' ? 'Canary' : 'Stable';
}

function weightOf(service: ServiceSeen, role: RevisionView['role']): number | undefined {
  if (service.canaryRevision === undefined) return role === 'Stable' ? 100 : 0;
  if (role === 'Leaving') return 0;
  if (service.weight === undefined) return undefined;
  return role === 'Canary' ? service.weight : 100 - service.weight;
}

/** The pods of one Deployment or StatefulSet, by name. */
export function podsOf(pods: readonly KubernetesObject[], workload: string): PodView[] {
  return pods
    .filter(
      ({ metadata }) =>
        metadata.labels?.[labelKeys.deployment] === workload ||
        metadata.ownerReferences?.some(({ kind, name }) => kind === 'StatefulSet' && name === workload),
    )
    .map(podView)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
