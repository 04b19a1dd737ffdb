import { topology } from '../../packages/contracts/src/topology.ts';
import type { Random } from '../random.ts';

/** One service of a stack, with the fields that the draws use. */
type ServiceFields = {
  readonly name: string;
  readonly placement?: 'Disabled';
  readonly version?: string;
  readonly replicas?: number;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly autoscaling?: { readonly minReplicas: number; readonly maxReplicas: number };
};

/** The specification of a stack, with the fields that the draws use. */
export type Spec = {
  readonly version: string;
  readonly mesh: { readonly type: 'Istio' | 'None' };
  readonly exposure: { readonly type: 'IstioGateway' | 'None' };
  readonly services: readonly ServiceFields[];
};

/** What a person changes. The last two change nothing that a child could show. */
type ChangeKind =
  | 'image'
  | 'replicas'
  | 'env'
  | 'autoscaling'
  | 'scaler'
  | 'disable'
  | 'reapply'
  | 'annotate';

/** A change, the specification after it, and what it may do to children; undefined where others have to follow. */
export type Change = {
  readonly kind: ChangeKind;
  /** Name of the service's objects; empty where no service changes. */
  readonly object: string;
  readonly spec: Spec;
  readonly wanted?: readonly string[];
};

const candidates = ['user', 'product', 'cart', 'inventory', 'review', 'notification', 'gateway'];

/** A small stack: some services, with and without mesh and door. */
export function drawSpec(random: Random): Spec {
  const running = new Set(random.shuffle(candidates).slice(0, random.integer(3, 4)));
  const meshed = random.next() < 0.5;
  const open = meshed && running.has('gateway');
  return {
    version: `v${random.integer(1, 9)}.${random.integer(0, 99)}.0`,
    mesh: { type: meshed ? 'Istio' : 'None' },
    exposure: { type: open ? 'IstioGateway' : 'None' },
    services: topology.map(({ name }) => (running.has(name) ? { name } : { name, placement: 'Disabled' })),
  };
}

/**
 * Every kind of change once, in a drawn order, each on top of those before it and on a service of its own choosing. The
 * one that takes a service away comes last, or the others would have fewer to choose from.
 */
export function drawChanges(first: Spec, random: Random): Change[] {
  const scaled = random.pick(runningOf(first));
  // An autoscaler has to be there before it is changed, and nobody else may set that service's number of pods.
  const scaling: ChangeKind[] = ['autoscaling', 'scaler'];
  const others = random.shuffle<ChangeKind>(['image', 'replicas', 'env', 'reapply', 'annotate']);
  const order: ChangeKind[] = [...others.slice(0, 2), ...scaling, ...others.slice(2), 'disable', 'reapply'];
  let spec = first;
  return order.map((kind) => {
    const free = runningOf(spec).filter((name) => name !== scaled);
    const change = changeOf(kind, spec, scaling.includes(kind) ? scaled : random.pick(free), random);
    spec = change.spec;
    return change;
  });
}

function runningOf({ services }: Spec): string[] {
  return services.filter(({ placement }) => placement === undefined).map(({ name }) => name);
}

function changeOf(kind: ChangeKind, spec: Spec, service: string, random: Random): Change {
  const object = topology.find(({ name }) => name === service)?.objectName ?? service;
  const set = (fields: Partial<ServiceFields>): Spec => ({
    ...spec,
    services: spec.services.map((item) => (item.name === service ? { ...item, ...fields } : item)),
  });
  const before = spec.services.find(({ name }) => name === service);
  // A new revision is a new template, the record of what it was built from, and with a mesh the labels of its subset.
  const revision = [
    'changed Deployment',
    ...(spec.mesh.type === 'Istio' ? ['changed DestinationRule'] : []),
    'made ConfigMap',
  ];
  switch (kind) {
    case 'image':
      return { kind, object, spec: set({ version: `v10.0.${random.integer(0, 999)}` }), wanted: revision };
    case 'env': {
      const variable = { name: 'DRAWN', value: String(random.integer(0, 999_999)) };
      return { kind, object, spec: set({ env: [variable] }), wanted: revision };
    }
    case 'replicas':
      return {
        ...{ kind, object, wanted: ['changed Deployment'] },
        spec: set({ replicas: (before?.replicas ?? 1) + random.integer(1, 2) }),
      };
    case 'autoscaling':
      return {
        ...{ kind, object, wanted: ['made HorizontalPodAutoscaler'] },
        spec: set({ autoscaling: { minReplicas: 1, maxReplicas: random.integer(3, 5) } }),
      };
    case 'scaler':
      return {
        ...{ kind, object, wanted: ['changed HorizontalPodAutoscaler'] },
        spec: set({ autoscaling: { minReplicas: 1, maxReplicas: random.integer(6, 9) } }),
      };
    case 'disable':
      return { kind, object, spec: set(disabled) };
    case 'reapply':
    case 'annotate':
      return { kind, object: '', spec, wanted: [] };
  }
}

const disabled: Partial<ServiceFields> = {
  placement: 'Disabled',
  version: undefined,
  replicas: undefined,
  env: undefined,
  autoscaling: undefined,
};
