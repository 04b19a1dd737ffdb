import { serviceNames } from '../../packages/contracts/src/topology.ts';
import type { Kube } from '../kube/kube.ts';
import type { KubeObject } from '../kube/object.ts';
import { isReady, ownedKindNames, stackLabel } from '../stack.ts';
import { differences, type State, stateOf } from '../sweep/state.ts';

const name = 'small';
const stackKind = { apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack' } as const;

/** A stack of the storefront alone: one of each Kind that every service has, and few events. */
export function smallStack(namespace: string, version = 'v1.2.3', replicas = 1): KubeObject {
  const others = serviceNames.filter((service) => service !== 'storefront');
  return {
    ...stackKind,
    metadata: { name, namespace },
    spec: {
      version,
      exposure: { type: 'None' },
      services: [
        { name: 'storefront', replicas },
        ...others.map((service) => ({ name: service, placement: 'Disabled' })),
      ],
    },
  };
}

/** One step of a workload: what somebody does in a namespace. */
export type Step = { readonly name: string; act(kube: Kube, namespace: string): Promise<unknown> };

const own = (namespace: string, kind: string, apiVersion = 'v1') => ({
  ...{ apiVersion, kind, namespace },
  name: 'storefront',
});

/** A stack is made, changed twice, and disturbed by hand. */
export const steps: readonly Step[] = [
  { name: 'create', act: (kube, namespace) => kube.apply(smallStack(namespace)) },
  { name: 'image', act: (kube, namespace) => kube.apply(smallStack(namespace, 'v1.3.0')) },
  {
    name: 'scale',
    act: (kube, namespace) => kube.apply(smallStack(namespace, 'v1.3.0', 2)),
  },
  {
    name: 'hand',
    act: async (kube, namespace) => {
      await kube.delete(own(namespace, 'Service'));
      const labels = { 'app.kubernetes.io/part-of': 'drifted' };
      await kube.merge(own(namespace, 'Deployment', 'apps/v1'), { metadata: { labels } });
    },
  },
];

/** Makes namespaces for stacks. */
export async function makeNamespaces(kube: Kube, namespaces: readonly string[]): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  for (const namespace of namespaces) {
    await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  }
}

/** What of all stacks is desired by the operator, by namespace; read with one list a Kind. */
export async function statesOf(kube: Kube, namespaces: readonly string[]): Promise<Map<string, State>> {
  const lists = await Promise.all(
    ownedKindNames().map(({ apiVersion, kind }) => kube.list(apiVersion, kind, { labels: stackLabel })),
  );
  const objects = lists.flat().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return new Map(
    namespaces.map((namespace) => [
      namespace,
      stateOf(objects.filter(({ metadata }) => metadata.namespace === namespace).map(asked), namespace),
    ]),
  );
}

/** An object without what others write into it. */
function asked({ status: _status, ...object }: KubeObject): KubeObject {
  const { name: named, namespace, labels, ownerReferences } = object.metadata;
  return { ...object, metadata: { name: named, namespace, labels, ownerReferences } };
}

/** Which of these stacks are not what they should be, and in what: Ready for their present spec, and holding `wanted`. */
export async function unsettled(
  kube: Kube,
  namespaces: readonly string[],
  wanted: State,
): Promise<Map<string, string>> {
  const stacks = await kube.list(stackKind.apiVersion, stackKind.kind);
  const found = new Map<string, string>();
  const states = await statesOf(kube, namespaces);
  for (const namespace of namespaces) {
    const stack = stacks.find(({ metadata }) => metadata.namespace === namespace);
    const [difference] = differences(wanted, states.get(namespace) ?? new Map());
    if (difference !== undefined) found.set(namespace, difference);
    else if (!isReady(stack)) found.set(namespace, 'the stack does not say Ready for its present spec');
  }
  return found;
}
