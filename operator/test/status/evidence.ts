import { completeStack } from '../../src/api/defaults.ts';
import {
  apiVersion,
  type Condition,
  type EcommerceStack,
  type EcommerceStackStatus,
  ecommerceStack,
  kind,
} from '../../src/api/ecommercestack.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import type { RolloutDecision } from '../../src/rollout/decision.ts';
import type { Evidence } from '../../src/status/evidence.ts';

export const now = '2026-02-03T04:05:06Z';

/** A stack with the given spec beside the one required field. */
export function stackWith(
  spec: Record<string, unknown> = {},
  status?: EcommerceStack['status'],
): EcommerceStack {
  return ecommerceStack.parse({
    apiVersion,
    kind,
    metadata: { name: 'shop', namespace: 'dev', uid: 'uid-shop', generation: 3 },
    spec: { version: 'v1.2.3', ...spec },
    status,
  });
}

/** A decision of a service that runs one revision. */
export function rolling(service: string, revision = 'aaa'): RolloutDecision {
  return {
    service,
    revision,
    stable: { revision, deployment: `${service}-service` },
    retiring: [],
    route: 'Host',
    desiredWeight: 0,
  };
}

export function deployment(name: string, labels: Record<string, string> = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'dev', labels: { version: 'v1.2.3', ...labels } },
    spec: { replicas: 2 },
  };
}

export function statefulSet(name: string): KubernetesObject {
  return { ...deployment(name), kind: 'StatefulSet' };
}

/** A workload as the API server shows it, with so many of its two pods ready. */
export function live(desired: KubernetesObject, ready = 2, generation = 1): KubernetesObject {
  return {
    ...desired,
    metadata: { ...desired.metadata, generation, uid: `uid-${desired.metadata.name}` },
    status: {
      observedGeneration: generation,
      replicas: 2,
      updatedReplicas: ready,
      readyReplicas: ready,
      availableReplicas: ready,
    },
  };
}

export function pod(deploymentName: string, status: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${deploymentName}-x`,
      namespace: 'dev',
      labels: { 'ecommercestack.dev/deployment': deploymentName },
    },
    status,
  };
}

/** Pod status with one container that waits for this reason. */
export function waiting(reason: string, message = ''): Record<string, unknown> {
  return {
    containerStatuses: [{ name: 'main', image: 'shop/user:v9', state: { waiting: { reason, message } } }],
  };
}

export function mesh(): KubernetesObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: 'shop', namespace: 'dev' },
  };
}

/** Two services, one store, one mesh object, all as wanted; `changes` breaks it. */
export function evidence(changes: Partial<Evidence> = {}): Evidence {
  const desired = [
    deployment('user-service'),
    deployment('product-service'),
    statefulSet('shop-postgres'),
    mesh(),
  ];
  const stack = changes.stack ?? stackWith({ exposure: { type: 'None' } }, { conditions: [] });
  return {
    now,
    decisions: [rolling('user'), rolling('product')],
    desired,
    seen: desired.map((object) => (object.kind === 'PeerAuthentication' ? object : live(object))),
    pods: [],
    pending: [],
    problems: [],
    absent: [],
    hostsTaken: [],
    missingSecrets: [],
    completed: completeStack(stack),
    ...changes,
    stack,
  };
}

/** The condition of a type; throws when the status has none. */
export function condition(status: EcommerceStackStatus, type: string): Condition {
  const found = status.conditions?.find((candidate) => candidate.type === type);
  if (found === undefined) throw new Error(`no condition ${type}`);
  return found;
}

/** `Ready=True/AllAvailable` and so on, the form in which tables below are written. */
export function brief(status: EcommerceStackStatus, ...types: string[]): string[] {
  return types.map((type) => {
    const { status: value, reason } = condition(status, type);
    return `${type}=${value}/${reason}`;
  });
}

const withCanary = (weight: number, desiredWeight: number): RolloutDecision => ({
  ...rolling('user', 'bbb'),
  stable: { revision: 'aaa', deployment: 'user-service' },
  canary: { revision: 'bbb', deployment: 'user-service-bbb', replicas: 1, weight },
  route: weight > 0 ? 'Split' : 'Stable',
  desiredWeight,
});

/** Evidence with a canary of user whose pods are as given. */
export function canaryEvidence(
  weight: number,
  desired: number,
  ready: number,
  pods: KubernetesObject[] = [],
): Evidence {
  const calm = evidence();
  const canary = deployment('user-service-bbb', { version: 'v1.3.0' });
  return evidence({
    decisions: [withCanary(weight, desired), rolling('product')],
    desired: [...calm.desired, canary],
    seen: [...calm.seen, live(canary, ready)],
    pods,
  });
}
