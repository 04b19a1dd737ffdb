import type { KubeObject } from '../kube/object.ts';

/** One change of a stack, as what it asks for before and after it. Undefined: there is no stack. */
export type Workload = {
  readonly name: string;
  readonly before?: Spec;
  readonly after?: Spec;
  /** True where pods are changed, which is decided, stored in status and then done. */
  readonly decides?: true;
  /** A user's Secret whose content changes. */
  readonly rotates?: string;
};

type Spec = Readonly<Record<string, unknown>>;

/** Name of every stack that is swept. */
export const stackName = 'shop';

const others = [
  ...['product', 'cart', 'order', 'payment', 'shipping', 'notification'],
  ...['review', 'analytics', 'admin', 'storefront'],
];

/** Two services, one store of ours and two of others: few objects, and one of each Kind that a Dev stack has. */
function specOf({
  services = [{ name: 'user' }, { name: 'inventory', placement: 'Disabled' }],
  mesh = 'Istio',
}: {
  services?: readonly unknown[];
  mesh?: string;
} = {}): Spec {
  return {
    version: 'v1.2.3',
    profile: 'Dev',
    exposure: { type: 'None' },
    monitoring: { enabled: false },
    mesh: { type: mesh },
    eventBus: { kafka: { mode: 'External', secretRef: { name: 'kafka' } } },
    data: { postgres: { mode: 'External', secretRef: { name: 'postgres' } } },
    services: [...services, ...others.map((name) => ({ name, placement: 'Disabled' }))],
  };
}

const inventory = { name: 'inventory', placement: 'Disabled' };
const canary = { strategy: 'Canary', canary: { weight: 20 } };

const small: readonly Workload[] = [
  { name: 'create', decides: true, after: specOf() },
  {
    name: 'image',
    decides: true,
    before: specOf(),
    after: specOf({ services: [{ name: 'user', version: 'v1.3.0' }, inventory] }),
  },
  {
    name: 'scale',
    before: specOf(),
    after: specOf({ services: [{ name: 'user', replicas: 3 }, inventory] }),
  },
  {
    name: 'rename',
    decides: true,
    before: specOf(),
    after: specOf({ services: [{ name: 'user', placement: 'Disabled' }, { name: 'inventory' }] }),
  },
  { name: 'rotate', decides: true, before: specOf(), after: specOf(), rotates: 'postgres' },
  { name: 'mesh', decides: true, before: specOf(), after: specOf({ mesh: 'None' }) },
  {
    name: 'canary',
    decides: true,
    before: specOf({ services: [{ name: 'user', rollout: canary }, inventory] }),
    after: specOf({ services: [{ name: 'user', version: 'v1.3.0', rollout: canary }, inventory] }),
  },
  { name: 'delete', before: specOf() },
];

/** Every service and every store: for runs that have the time. */
const large: readonly Workload[] = [
  {
    name: 'shop',
    after: {
      version: 'v1.2.3',
      profile: 'Dev',
      exposure: { type: 'None' },
      monitoring: { enabled: false },
    },
  },
];

/** Minutes from which on the large stack is swept as well. */
const longRun = 60;

/** What a planted bug is hunted with: each of them is wrong with one of these, and three minutes are soon over. */
const hunted = new Set(['create', 'scale', 'rename']);

/** The changes that a run of so many minutes sweeps, or one that hunts a planted bug. */
export function workloadsFor(minutes: number, isHunt: boolean): readonly Workload[] {
  if (isHunt) return small.filter(({ name }) => hunted.has(name));
  return minutes >= longRun ? [...small, ...large] : small;
}

/** The stack of a workload in a namespace. */
export function stackOf(namespace: string, spec: Spec): KubeObject {
  return {
    apiVersion: 'ecommercestack.dev/v1alpha1',
    kind: 'EcommerceStack',
    metadata: { name: stackName, namespace },
    spec,
  };
}

/** What the user brings: a namespace and the addresses of the stores that others run. */
export function groundOf(namespace: string): KubeObject[] {
  const secret = (name: string, data: Readonly<Record<string, string>>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData: data,
  });
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    secret('postgres', { user: 'postgres://a@db/users', inventory: 'postgres://a@db/inventory' }),
    secret('kafka', { brokers: 'kafka:9092' }),
  ];
}
