import { type OperatorProcess, type Plane, startOperator } from '../controlplane.ts';
import { at, describe, type KubeObject, type Reference, referenceOf } from '../kube/object.ts';
import { until, waitFor } from '../kube/wait.ts';
import type { Context, Outcome } from '../proof.ts';
import { smallSpec, stackObject } from '../small-stack.ts';
import { ownedKindNames, stackReference, untilReady } from '../stack.ts';
import { crdOf, nextRelease, present } from './release.ts';

/** What can be taken away. */
type Step = 'stack' | 'namespace' | 'operator' | 'CRD';

const uninstall: readonly Step[] = ['stack', 'operator', 'CRD'];

/** Every order in which a stack, its operator and its CRD go, and every order in which its namespace goes too. */
export const removalOrders: readonly (readonly Step[])[] = [
  ...permutations(uninstall),
  ...permutations<Step>([...uninstall, 'namespace']),
];

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [first, ...rest]),
  );
}

/** Time in which nothing may be left (milliseconds). */
const deadlineMs = 60_000;

const crdReference: Reference = {
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  name: 'ecommercestacks.ecommercestack.dev',
};

/** Takes a stack and all round it away in one order after the other. */
export async function judgeRemovals(plane: Plane, context: Context): Promise<Omit<Outcome, 'of'>> {
  const failures: string[] = [];
  const times: number[] = [];
  // Those with the namespace and those without it take turns, so that a short run has both.
  const drawn = context.random.shuffle(removalOrders);
  const [with_, without] = [true, false].map((has) =>
    drawn.filter((order) => order.includes('namespace') === has),
  );
  const turns = drawn
    .flatMap((_, index) => [without?.[index], with_?.[index]])
    .filter((order) => order !== undefined);
  for (const [index, order] of turns.entries()) {
    if (Date.now() >= context.endsAt && index >= 4) break;
    if (context.stopAtFailure && (failures.length > 0 || index >= 2)) break;
    const { left, seconds } = await removeIn(order, `gone-${index}`, plane, context);
    times.push(seconds);
    context.say(
      `${order.join(', ')}: ${left.length === 0 ? `nothing left after ${seconds} s` : left.join(', ')}`,
    );
    if (left.length > 0) failures.push(`${order.join(', ')}: ${summary(left)}`);
  }
  return {
    done: times.length,
    failures,
    figures: { removalOrders: times.length, slowestRemovalSeconds: Math.max(0, ...times) },
  };
}

function summary(left: readonly string[]): string {
  return `${left.slice(0, 5).join(', ')}${left.length > 5 ? ` and ${left.length - 5} more` : ''}`;
}

async function removeIn(
  order: readonly Step[],
  namespace: string,
  plane: Plane,
  context: Context,
): Promise<{ left: readonly string[]; seconds: number }> {
  const { kube } = plane;
  const stack = { namespace, name: 'shop' };
  const operator = await setUp(plane, namespace, context);
  const steps: Record<Step, () => Promise<unknown>> = {
    stack: () => kube.delete(stackReference(stack)),
    namespace: () => kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }),
    operator: () => operator.stop(),
    CRD: () => kube.delete(crdReference),
  };
  const began = performance.now();
  // Without waiting for one to be done before the next: that is how a person in a hurry does it.
  for (const step of order) await steps[step]().catch(unlessAbsent);
  let left: readonly string[] = [];
  await until(
    async () => {
      left = await leftOvers(plane, namespace, order.includes('namespace'));
      return left.length === 0 ? true : undefined;
    },
    deadlineMs,
    250,
  );
  return { left, seconds: Math.round((performance.now() - began) / 100) / 10 };
}

/** The stack's Kind is gone where the CRD went first. */
function unlessAbsent(error: unknown): void {
  if (!(error instanceof Error && /serves no|404|not found|no resource/i.test(error.message))) throw error;
}

async function setUp(plane: Plane, namespace: string, { mutant }: Context): Promise<OperatorProcess> {
  const { kube, kubeconfig, directory } = plane;
  await kube.apply(await crdOf(mutant ? nextRelease(mutant) : present));
  await waitFor(
    'the EcommerceStack Kind to be served',
    async () => {
      const conditions = at(await kube.get(crdReference), 'status', 'conditions');
      const established = (Array.isArray(conditions) ? conditions : []).find(
        (one) => at(one, 'type') === 'Established',
      );
      return at(established, 'status') === 'True' || undefined;
    },
    30_000,
  );
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const operator = await startOperator({
    ...{ kubeconfig, directory, name: `${namespace}` },
    ...(mutant && { patches: nextRelease(mutant).patches }),
  });
  try {
    const stack = stackObject(namespace, 'shop', smallSpec);
    await waitFor('the stack to be taken', () => kube.apply(stack).catch(() => undefined), 30_000);
    await untilReady(kube, { namespace, name: 'shop' }, 120_000);
    await untilCollected(plane, namespace);
    return operator;
  } catch (error) {
    await operator.stop();
    throw error;
  }
}

/**
 * Resolves when the garbage collector of the cluster knows the Kind, which it looks for every half minute: an installation
 * that is younger than that cannot be collected, whatever its operator does.
 */
async function untilCollected({ kube }: Plane, namespace: string): Promise<void> {
  const owner = { apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack', name: 'nobody' };
  const probe: KubeObject = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    metadata: {
      ...{ name: 'probe', namespace },
      ownerReferences: [{ ...owner, uid: '00000000-0000-4000-8000-000000000000' } as OwnerReference],
    },
  };
  await kube.apply(probe);
  await waitFor(
    'the garbage collector to know the Kind',
    async () => (await kube.get(referenceOf(probe))) === undefined || undefined,
    120_000,
  );
}

type OwnerReference = NonNullable<KubeObject['metadata']['ownerReferences']>[number];

/** What is left of a stack, a line each. */
async function leftOvers({ kube }: Plane, namespace: string, withNamespace: boolean): Promise<string[]> {
  const crd = await kube.get(crdReference);
  const place = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  const children = place === undefined ? [] : await childrenIn({ kube }, namespace);
  return [
    ...(crd === undefined ? [] : ['the CRD is left']),
    ...(withNamespace && place !== undefined ? ['the namespace is left'] : []),
    ...children.map((object) => `${describe(referenceOf(object))} is left`),
  ];
}

async function childrenIn({ kube }: Pick<Plane, 'kube'>, namespace: string): Promise<KubeObject[]> {
  const kinds = [
    ...ownedKindNames(),
    ...['Pod', 'Endpoints', 'PersistentVolumeClaim'].map((kind) => ({ apiVersion: 'v1', kind })),
    { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
    { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  ];
  const lists = await Promise.all(
    kinds.map(({ apiVersion, kind }) => kube.list(apiVersion, kind, { namespace })),
  );
  return lists.flat().filter((object) => !isOfNamespace(object));
}

/** Every namespace has these from its controllers. */
function isOfNamespace({ kind, metadata }: KubeObject): boolean {
  return (
    (kind === 'ServiceAccount' && metadata.name === 'default') ||
    (kind === 'ConfigMap' && ['kube-root-ca.crt', 'istio-ca-root-cert'].includes(metadata.name))
  );
}
