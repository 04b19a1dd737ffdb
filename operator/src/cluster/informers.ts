import {
  type ApiClient,
  Informer,
  type InformerOptions,
  type Metrics,
  type Resource,
} from '@ecommercestack/controller-runtime';
import { type Capability, capabilitiesWhere, type KindRow, kinds } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import { actionKind } from '../api/rolloutaction.ts';
import { labelKeys, managerName } from '../desired/labels.ts';
import { stackNameOf } from './ownership.ts';

/** One Kind that is watched. */
export type WatchedKind = { readonly row: KindRow; readonly informer: Informer<KubernetesObject> };

/** What the informers of an installation share. */
export type InformerSettings = {
  readonly client: ApiClient;
  /** Empty: every namespace. */
  readonly namespaces: readonly string[];
  /** A watch without a word for this long is made anew; default: the runtime's. */
  readonly silenceMs?: number;
  readonly metrics?: Metrics;
};

/** Index of children by `namespace/name` of the stack that their owner reference or label names. */
export const stackIndex = 'stack';

/** Index of RolloutActions by namespace. */
export const namespaceIndex = 'namespace';

/** A day: an absent Kind is looked for when a stack needs it, not by the clock. */
const absentMs = 86_400_000;

/** How the API server serves a Kind of the table. */
export function resourceOf(row: KindRow): Resource {
  const { group, version, kind, plural } = row;
  return { group, version, kind, plural, namespaced: row.clusterScoped !== true };
}

/**
 * One informer for each Kind of the table that is watched: ours and the pods by label, stacks all of them. Secrets are
 * watched by metadata, all of them, and only where the installation is limited to namespaces.
 */
export function watchedKinds(settings: InformerSettings): WatchedKind[] {
  const limited = settings.namespaces.length > 0;
  return kinds
    .filter(
      (row) =>
        row.watch !== 'None' && (row.kind === 'Secret' ? limited : !limited || row.clusterScoped !== true),
    )
    .map((row) => ({ row, informer: informerOf(row, settings) }));
}

/** Whether every Kind of a capability is served; Kinds that need nothing are always there. */
export function capabilitiesOf(watched: readonly WatchedKind[]): Record<Capability, boolean> {
  const found = capabilitiesWhere(() => true);
  for (const { row, informer } of watched) {
    if (row.needs !== undefined && !informer.synced) found[row.needs] = false;
  }
  return found;
}

function informerOf(
  row: KindRow,
  { client, namespaces, silenceMs, metrics }: InformerSettings,
): Informer<KubernetesObject> {
  const options: InformerOptions<KubernetesObject> = {
    client,
    resource: resourceOf(row),
    namespaces,
    metadataOnly: row.watch === 'Metadata',
    ...selectionOf(row),
    ...(row.kind === 'Pod' && { strip: stripPod }),
    ...(row.kind === 'Deployment' && { strip: stripDeployment }),
    // Children and pods are many, and most of them rest; stacks are few and read at every turn.
    compact: row.owned || row.kind === 'Pod',
    // CRDs of others may be missing, and whoever refuses a look at Secrets and namespaces only learns less.
    required: row.needs === undefined && row.watch === 'Full',
    timing: {
      ...(row.needs !== undefined && { absentMs }),
      ...(silenceMs !== undefined && { silenceMs }),
    },
    ...(metrics && { observer: metrics.watch(row.kind), onHandlerError: metrics.handlerFailed }),
  };
  const informer = new Informer<KubernetesObject>(options);
  informer.cache.addIndex(stackIndex, (object) => {
    const name = stackNameOf(object);
    return name === undefined ? [] : [`${object.metadata.namespace}/${name}`];
  });
  if (row.kind === actionKind) {
    informer.cache.addIndex(namespaceIndex, ({ metadata }) => [metadata.namespace ?? '']);
  }
  return informer;
}

function selectionOf(row: KindRow): { labelSelector?: string } {
  if (row.kind === 'Pod') return { labelSelector: labelKeys.stack };
  if (row.kind === 'Secret' || !row.owned) return {};
  return { labelSelector: `app.kubernetes.io/managed-by=${managerName}` };
}

/**
 * Of `managedFields`, keeps who else set the number of pods: from then on it is an autoscaler's. The rest is most of a
 * Deployment's weight and read by nobody.
 */
function stripDeployment(deployment: KubernetesObject): KubernetesObject {
  const { managedFields, ...metadata } = deployment.metadata;
  const scalers = (managedFields ?? []).filter(
    ({ manager, fieldsV1 }) => manager !== managerName && ownsReplicas(fieldsV1),
  );
  const kept = scalers.map(({ manager, operation, subresource }) => ({ manager, operation, subresource }));
  return { ...deployment, metadata: { ...metadata, ...(kept.length > 0 && { managedFields: kept }) } };
}

function ownsReplicas(fields: Record<string, unknown> | undefined): boolean {
  const spec = fields?.['f:spec'];
  return typeof spec === 'object' && spec !== null && 'f:replicas' in spec;
}

/** Keeps what says whether and why a pod does not run; the rest of a pod is most of its weight. */
function stripPod(pod: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion, labels, ownerReferences, deletionTimestamp } = pod.metadata;
  // The kubelet and the scheduler write status; members that are absent stay absent.
  const status = (pod['status'] ?? {}) as Record<string, unknown>;
  const { conditions, initContainerStatuses, containerStatuses } = status;
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: { name, namespace, uid, resourceVersion, labels, ownerReferences, deletionTimestamp },
    status: { conditions, initContainerStatuses, containerStatuses },
  };
}
