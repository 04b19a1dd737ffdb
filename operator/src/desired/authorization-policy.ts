import type { KubernetesObject } from '../api/object.ts';

/** One permission. Who and what stand in the same rule: apart they would be alternatives and let anybody in. */
export type Permission = {
  /** Mesh identities; absent for callers without one, at an edge outside the mesh. */
  principals?: readonly string[];
  ports: readonly number[];
  methods?: readonly string[];
  paths?: readonly string[];
};

/** ALLOW for exactly these permissions on the selected pods; without any, nobody may call. */
export function buildAuthorizationPolicy(policy: {
  name: string;
  labels: Record<string, string>;
  selector: Record<string, string>;
  permissions: readonly Permission[];
  dryRun: boolean;
}): KubernetesObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: {
      name: policy.name,
      labels: policy.labels,
      ...(policy.dryRun && { annotations: { 'istio.io/dry-run': 'true' } }),
    },
    spec: {
      selector: { matchLabels: policy.selector },
      action: 'ALLOW',
      ...(policy.permissions.length > 0 && { rules: policy.permissions.map(buildRule) }),
    },
  };
}

function buildRule({ principals, ports, methods, paths }: Permission): Record<string, unknown> {
  return {
    // Without an identity: a meshed caller that is not declared stays out of an exposed service too.
    from: [{ source: principals ? { principals } : { notPrincipals: ['*'] } }],
    to: [
      {
        operation: {
          ports: ports.map(String),
          ...(methods && { methods }),
          ...(paths && { paths }),
        },
      },
    ],
  };
}
