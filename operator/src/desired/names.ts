import type { EmbeddedStore } from '../api/blueprints.ts';

/** The name of every object that the operator makes, in one place. */
export const names = {
  /** Deployment of a revision that came up as a canary; it keeps the name when promoted. */
  canaryDeployment: (object: string, revision: string) => `${object}-${revision}`,
  /** Service of one Deployment alone, made only while an HTTPRoute splits traffic between two. */
  deploymentService: (deployment: string) => `${deployment}-only`,
  /** Immutable ConfigMap with everything a revision was built from. */
  revisionConfig: (object: string, revision: string) => `${object}-${revision}`,
  /** ConfigMap with the policy that a running pod follows without a restart. */
  policyConfig: (object: string) => `${object}-policy`,
  /** StatefulSet, Service, ServiceAccount, Secret and policies of a store. */
  store: (stack: string, store: EmbeddedStore) => `${stack}-${store}`,
  /** Scripts that a store runs at its first start. */
  storeInit: (stack: string, store: EmbeddedStore) => `${stack}-${store}-init`,
  /** Objects that exist once a stack and have no namesake: Ingress, Gateway, PeerAuthentication, the first HTTPRoute. */
  stack: (stack: string) => stack,
  /** VirtualService of the hosts at the edge; those of the services carry the names of the services. */
  edge: (stack: string) => `${stack}-edge`,
  /** Policies that deny what no other one allows. */
  denyAll: (stack: string) => `${stack}-deny-all`,
  /** PeerAuthentication that lets an ingress controller without mesh identity in. */
  plainEdge: (object: string) => `${object}-plain-edge`,
} as const;

/** Fully qualified name of a Service: short names mean another namespace in some mesh objects. */
export function serviceHost(name: string, namespace: string): string {
  return `${name}.${namespace}.svc.cluster.local`;
}

/** Mesh identity of a ServiceAccount. */
export function principalOf(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** A version as part of a DNS label: `v1.2.3` becomes `v1-2-3`. */
export function dnsSafe(version: string): string {
  return version
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}

/**
 * Subset names of the revisions that live side by side: the version where that tells them apart and fits a label,
 * else version and revision.
 */
export function subsetNames(
  revisions: readonly { revision: string; version: string }[],
): Map<string, string> {
  const safe = revisions.map(({ version }) => dnsSafe(version));
  return new Map(
    revisions.map(({ revision }, index) => {
      const name = safe[index] ?? '';
      const clear = name !== '' && name.length <= 63 && safe.filter((other) => other === name).length === 1;
      return [revision, clear ? name : [name.slice(0, 52), revision].filter(Boolean).join('-')];
    }),
  );
}
