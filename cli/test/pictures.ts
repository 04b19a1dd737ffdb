import type { KubernetesObject } from '../../operator/src/api/object.ts';
import { labelKeys } from '../../operator/src/desired/labels.ts';
import { aStack } from '../../operator/src/testing/a-stack.ts';
import type { ActionSeen, AttemptSeen, Picture, ServiceSeen, StackSeen } from '../src/seen.ts';

/** The time at which the pictures are looked at. */
export const now = Date.parse('2026-11-23T12:00:00Z');

type RolloutSpec = Parameters<typeof aStack>[0] extends infer Spec
  ? Spec extends { services?: (infer Item)[] }
    ? Item extends { rollout?: infer Rollout }
      ? Rollout
      : never
    : never
  : never;

const steps = [
  { weight: 10, hold: { type: 'Duration' as const, duration: '5m' } },
  { weight: 50, hold: { type: 'Approval' as const } },
];

/** A service with two revisions, of which the canary is at step 0 with 10 % and all its pods ready. */
const underWay: ServiceSeen = {
  name: 'user',
  version: 'v1.3.0',
  revision: 'cccccccccc',
  stableRevision: 'ssssssssss',
  canaryRevision: 'cccccccccc',
  rolloutID: 'cccccccccc-1',
  desiredWeight: 10,
  weight: 10,
  step: 0,
  phase: 'Canary',
  readyReplicas: 4,
  rollout: {
    state: 'Holding',
    revision: 'cccccccccc',
    since: '2026-11-23T11:58:00Z',
    spent: 30,
    failures: 0,
  },
};

const quiet: ServiceSeen = {
  name: 'cart',
  version: 'v1.2.3',
  revision: 'aaaaaaaaaa',
  stableRevision: 'aaaaaaaaaa',
  phase: 'Available',
  readyReplicas: 1,
};

type Changes = {
  readonly service?: Partial<ServiceSeen>;
  readonly attempt?: AttemptSeen;
  readonly rollout?: RolloutSpec;
  readonly paused?: boolean;
  readonly canaryReady?: number;
  readonly canaryPods?: readonly KubernetesObject[];
  readonly picture?: Partial<Picture>;
  readonly conditions?: NonNullable<StackSeen['status']>['conditions'];
};

/** A shop with a quiet cart and a user service whose canary is under way, changed as a test needs it. */
export function aPicture(changes: Changes = {}): Picture {
  const rollout = changes.rollout ?? { strategy: 'Canary', canary: { steps } };
  const stack = aStack({ paused: changes.paused ?? false, services: [{ name: 'user', rollout }] });
  const service: ServiceSeen = {
    ...underWay,
    ...changes.service,
    ...(changes.attempt && { rollout: { ...underWay.rollout, ...changes.attempt } }),
  };
  const canaryReady = changes.canaryReady ?? 1;
  return {
    stack: {
      ...stack,
      metadata: { ...stack.metadata, name: 'shop', namespace: 'shop' },
      status: {
        observedGeneration: 1,
        phase: 'Canary',
        url: 'http://shop.example/',
        summary: { services: '2/2', canary: 'user 10%' },
        conditions: changes.conditions ?? [condition('Ready', 'True', 'AllAvailable', '2 services run')],
        services: [quiet, service],
      },
    },
    deployments: [
      deployment('cart', 'cart-service', 'aaaaaaaaaa', 'v1.2.3', 1, 1),
      deployment('user', 'user-service', 'ssssssssss', 'v1.2.3', 3, 3),
      deployment('user', 'user-service-cccccccccc', 'cccccccccc', 'v1.3.0', canaryReady, 1),
    ],
    statefulSets: [],
    pods: [
      pod('cart-service-1', 'cart-service', true),
      ...['1', '2', '3'].map((name) => pod(`user-service-${name}`, 'user-service', true)),
      ...(changes.canaryPods ?? [
        pod('user-service-cccccccccc-1', 'user-service-cccccccccc', canaryReady > 0),
      ]),
    ],
    actions: [],
    gaps: [],
    ...changes.picture,
  };
}

export function condition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
) {
  return { type, status, reason, message, lastTransitionTime: '2026-11-23T11:00:00Z' };
}

function deployment(
  service: string,
  name: string,
  revision: string,
  version: string,
  ready: number,
  wanted: number,
): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'shop',
      labels: { [labelKeys.service]: service, [labelKeys.revision]: revision, version },
    },
    spec: { replicas: wanted },
    status: { replicas: wanted, readyReplicas: ready, updatedReplicas: wanted, availableReplicas: ready },
  };
}

export function pod(name: string, workload: string, ready: boolean, status: object = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { [labelKeys.deployment]: workload } },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      ...status,
    },
  };
}

export function anAction(
  changes: Partial<ActionSeen['spec']> = {},
  status?: ActionSeen['status'],
): ActionSeen {
  return {
    apiVersion: 'ecommercestack.dev/v1alpha1',
    kind: 'RolloutAction',
    metadata: { name: 'user-promote-1', namespace: 'shop', creationTimestamp: '2026-11-23T11:59:00Z' },
    spec: {
      stackUID: aPicture().stack.metadata.uid ?? '',
      target: { type: 'Service', name: 'user' },
      action: 'Promote',
      rolloutID: 'cccccccccc-1',
      overrideFreeze: false,
      expiresAfter: '5m',
      reason: 'looks fine',
      requestedBy: 'jane',
      ...changes,
    },
    ...(status && { status }),
  };
}
