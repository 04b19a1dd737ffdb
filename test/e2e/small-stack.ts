import { serviceNames } from '../../packages/contracts/src/topology.ts';
import type { Kube } from '../../proofs/kube/kube.ts';
import { at, type KubeObject } from '../../proofs/kube/object.ts';
import { waitFor } from '../../proofs/kube/wait.ts';
import { freshSeed } from '../../proofs/random.ts';
import { type Condition, stackReference } from '../../proofs/stack.ts';

/** A namespace with Pod Security enforced that is gone when the test ends. */
export async function withNamespace(kube: Kube, body: (namespace: string) => Promise<void>): Promise<void> {
  const namespace = `e2e-${freshSeed()}`;
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  try {
    await body(namespace);
  } finally {
    await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  }
}

/** A stack of the storefront alone, which needs no store, and whatever a test adds. */
export function smallStack(namespace: string, spec: Readonly<Record<string, unknown>> = {}): KubeObject {
  const others = serviceNames.filter((name) => name !== 'storefront');
  return {
    apiVersion: 'ecommercestack.dev/v1alpha1',
    kind: 'EcommerceStack',
    metadata: { name: 'small', namespace },
    spec: {
      version: 'v1.2.3',
      exposure: { type: 'None' },
      services: others.map((name) => ({ name, placement: 'Disabled' })),
      ...spec,
    },
  };
}

/** Waits until a condition of the small stack is as wanted, whatever generation it speaks of. */
export function condition(
  kube: Kube,
  namespace: string,
  wanted: Pick<Condition, 'type' | 'status'> & { reason?: string },
  deadline: number,
  name = 'small',
): Promise<Condition> {
  return waitFor(
    `${wanted.type}=${wanted.status} ${wanted.reason ?? ''} of ${namespace}/${name}`,
    async () => {
      const conditions = at(await kube.get(stackReference({ namespace, name })), 'status', 'conditions');
      // The CRD's schema requires these members of every condition.
      return ((Array.isArray(conditions) ? conditions : []) as Condition[]).find(
        ({ type, status, reason }) =>
          type === wanted.type && status === wanted.status && (wanted.reason ?? reason) === reason,
      );
    },
    deadline,
    100,
  );
}

/** Available replicas of a Deployment; 0 while it does not exist. */
export async function available(kube: Kube, namespace: string, name: string): Promise<number> {
  const live = await kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
  return Number(at(live, 'status', 'availableReplicas') ?? 0);
}
