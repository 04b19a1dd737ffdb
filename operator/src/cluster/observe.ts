import type { EcommerceStack } from '../api/ecommercestack.ts';
import type { Capability } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import { workloadReadiness } from '../status/readiness.ts';
import type { CachedCluster } from './cluster.ts';
import { ownershipOf } from './ownership.ts';

/** Label with which a namespace enforces a Pod Security standard. */
export const podSecurityLabel = 'pod-security.kubernetes.io/enforce';

/** What lives of a stack, from the caches alone. */
export type Observed = {
  /** Objects whose controller is this stack, or nobody and which carry its label. */
  readonly children: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  readonly capabilities: Readonly<Record<Capability, boolean>>;
  /** Whether the namespace enforces a Pod Security standard; undefined where it cannot be seen. */
  readonly podSecurity?: boolean;
};

/** Reads what lives of a stack; sends no request. */
export function observe(cluster: CachedCluster, stack: EcommerceStack): Observed {
  const labels = cluster.namespaceLabels(stack.metadata.namespace ?? '');
  return {
    ...(labels && { podSecurity: podSecurityLabel in labels }),
    children: cluster.children(stack).filter((object) => ownershipOf(stack.metadata, object) !== 'Foreign'),
    pods: cluster.pods(stack),
    capabilities: cluster.capabilities(),
  };
}

/** Secrets that the pods of these objects refer to and that are known not to exist; optional ones do not count. */
export function missingSecrets(
  cluster: CachedCluster,
  namespace: string,
  desired: readonly KubernetesObject[],
): string[] {
  const wanted = new Set(desired.flatMap(secretsOf));
  for (const { kind, metadata } of desired) if (kind === 'Secret') wanted.delete(metadata.name);
  const isMissing = (name: string): boolean => {
    const seen = cluster.secret(namespace, name);
    return seen !== undefined && seen.version === undefined;
  };
  return [...wanted].filter(isMissing).toSorted();
}

/** Secrets of workloads all of whose pods run as specified: without them no container would have begun. */
export function secretsInUse(children: readonly KubernetesObject[]): ReadonlySet<string> {
  const running = children.filter((child) => {
    const { ready, settled } = workloadReadiness(child);
    return settled && ready > 0;
  });
  return new Set(running.flatMap(secretsOf));
}

type Reference = { readonly name?: string; readonly optional?: boolean };

type Container = {
  readonly env?: readonly { readonly valueFrom?: { readonly secretKeyRef?: Reference } }[];
  readonly envFrom?: readonly { readonly secretRef?: Reference }[];
};

function secretsOf(workload: KubernetesObject): string[] {
  if (workload.kind !== 'Deployment' && workload.kind !== 'StatefulSet') return [];
  // Made by our own builders: a pod template with containers.
  const spec = workload['spec'] as {
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
  const references = spec.template.spec.containers.flatMap(({ env, envFrom }) => [
    ...(env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef),
    ...(envFrom ?? []).map(({ secretRef }) => secretRef),
  ]);
  return references.flatMap((reference) =>
    reference?.name === undefined || reference.optional === true ? [] : [reference.name],
  );
}
