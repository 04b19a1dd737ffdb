/**
 * The audit policy that proofs count by: every request at the API server, watches and Leases included.
 *
 * Bodies are kept for everything except what the cluster's own components read, which would drown the rest, and
 * for the paths that are no resources.
 */
export function auditPolicy(): object {
  const components = [
    'system:apiserver',
    'system:kube-controller-manager',
    'system:kube-scheduler',
    'system:kube-proxy',
  ];
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'Metadata', nonResourceURLs: ['/*'] },
      { level: 'Metadata', users: components, verbs: ['get', 'list', 'watch'] },
      { level: 'Metadata', userGroups: ['system:nodes'], verbs: ['get', 'list', 'watch'] },
      {
        level: 'Metadata',
        userGroups: ['system:serviceaccounts:kube-system'],
        verbs: ['get', 'list', 'watch'],
      },
      { level: 'RequestResponse' },
    ],
  };
}
