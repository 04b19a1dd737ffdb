import { type OperatorProcess, type Plane, startOperator } from '../controlplane.ts';
import type { Kube } from '../kube/kube.ts';
import { at, describe, type KubeObject, type Reference, referenceOf } from '../kube/object.ts';
import { until, waitFor } from '../kube/wait.ts';
import type { Context, Outcome } from '../proof.ts';
import type { Random } from '../random.ts';
import { smallSpec, stackObject } from '../small-stack.ts';
import { ownedKindNames, type StackName, stackReference, untilReady } from '../stack.ts';
import { crdOf, present } from './release.ts';

/** What can be taken away. */
type Step = 'stack' | 'namespace' | 'operator' | 'CRD';

/** What goes first, second and so on. */
export type Order = readonly Step[];

const uninstall: Order = ['stack', 'operator', 'CRD'];

/** Every order in which a stack, its operator and its CRD go, and every order in which its namespace goes too. */
export const removalOrders: readonly Order[] = [
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

/** Stacks that go side by side. */
const width = 5;

/** Rounds that are run however short the time is: one in which the operator goes before its CRD, one the other way. */
const fewestRounds = 2;

const isShared = (step: Step): step is 'operator' | 'CRD' => step === 'operator' || step === 'CRD';

/**
 * The orders in rounds of as many as go side by side. All of a round share operator and CRD, which therefore go in the
 * same order; those rounds take turns, and inside each those with the namespace and those without it.
 */
export function roundsOf(random: Random): Order[][] {
  const drawn = random.shuffle(removalOrders);
  const [operatorFirst = [], crdFirst = []] = (['operator', 'CRD'] as const).map((first) => {
    const [with_ = [], without = []] = [true, false].map((has) =>
      drawn.filter((order) => order.find(isShared) === first && order.includes('namespace') === has),
    );
    const mixed = with_.flatMap((order, index) => [order, ...without.slice(index, index + 1)]);
    return Array.from({ length: Math.ceil(mixed.length / width) }, (_, round) =>
      mixed.slice(round * width, (round + 1) * width),
    );
  });
  return operatorFirst.flatMap((round, index) => [round, ...crdFirst.slice(index, index + 1)]);
}

const crdReference: Reference = {
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  name: 'ecommercestacks.ecommercestack.dev',
};

/** What became of stacks that were taken away. */
export type Removal = Omit<Outcome, 'of'>;

/** Takes stacks and all round them away in one round of orders after the other. */
export async function judgeRemovals(plane: Plane, context: Context): Promise<Removal> {
  const removals: Removal[] = [];
  for (const [index, orders] of roundsOf(context.random).entries()) {
    if (Date.now() >= context.endsAt && index >= fewestRounds) break;
    const stacks = orders.map((_, place) => ({ namespace: `gone-${index}-${place}`, name: 'shop' }));
    const operator = await setUp(plane, stacks);
    removals.push(await takeAway(orders, stacks, plane, () => operator.stop(), context));
  }
  return {
    done: removals.reduce((sum, { done }) => sum + done, 0),
    failures: removals.flatMap(({ failures }) => failures),
    figures: {
      removalOrders: removals.reduce((sum, { done }) => sum + done, 0),
      slowestRemovalSeconds: Math.max(
        ...removals.map(({ figures }) => Number(figures['slowestRemovalSeconds'])),
      ),
    },
  };
}

/** Takes each stack away in an order of its own, operator and CRD for all of them at once, and sees what is left. */
export async function takeAway(
  orders: readonly Order[],
  stacks: readonly StackName[],
  { kube }: Plane,
  stopOperator: () => Promise<unknown>,
  context: Context,
): Promise<Removal> {
  const pairs = orders.flatMap((order, index) => {
    const stack = stacks[index];
    return stack === undefined ? [] : [{ order, stack }];
  });
  const shared = orders[0]?.filter(isShared) ?? [];
  const began = performance.now();
  // Without waiting for one to be gone before the next goes: that is how a person in a hurry does it.
  for (const stage of [0, 1, 2]) {
    const own = pairs.map(({ order, stack }) => removeOwn(kube, stack, stageOf(order, stage)));
    await Promise.all(own);
    if (shared[stage] === 'operator') await stopOperator();
    if (shared[stage] === 'CRD') await kube.delete(crdReference).catch(unlessAbsent);
  }
  const failures: string[] = [];
  const times: number[] = [];
  const look = async ({ order, stack }: (typeof pairs)[number]) => {
    const left = await untilNothingIsLeft(kube, stack.namespace, order.includes('namespace'), began);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    times.push(seconds);
    const what = left.length === 0 ? `nothing left after ${seconds} s` : summary(left);
    context.say(`${stack.namespace}: ${order.join(', ')}: ${what}`);
    if (left.length > 0) failures.push(`${order.join(', ')}: ${what}`);
  };
  await Promise.all(pairs.map(look));
  const figures = { removalOrders: times.length, slowestRemovalSeconds: Math.max(0, ...times) };
  return { done: times.length, failures, figures };
}

/** What goes of a stack alone before the first thing, between the two things, or after both that all stacks share. */
export function stageOf(order: Order, stage: number): Step[] {
  return order.filter(
    (step, index) => !isShared(step) && order.slice(0, index).filter(isShared).length === stage,
  );
}

async function removeOwn(kube: Kube, stack: StackName, steps: readonly Step[]): Promise<void> {
  const namespace: Reference = { apiVersion: 'v1', kind: 'Namespace', name: stack.namespace };
  for (const step of steps)
    await kube.delete(step === 'stack' ? stackReference(stack) : namespace).catch(unlessAbsent);
}

async function untilNothingIsLeft(
  kube: Kube,
  namespace: string,
  withNamespace: boolean,
  began: number,
): Promise<readonly string[]> {
  let left: readonly string[] = [];
  await until(
    async () => {
      left = await leftOvers(kube, namespace, withNamespace);
      return left.length === 0 ? true : undefined;
    },
    deadlineMs - (performance.now() - began),
    500,
  );
  return left;
}

function summary(left: readonly string[]): string {
  return `${left.slice(0, 5).join(', ')}${left.length > 5 ? ` and ${left.length - 5} more` : ''}`;
}

/** The stack's Kind is gone where the CRD went first. */
function unlessAbsent(error: unknown): void {
  if (!(error instanceof Error && /serves no|404|not found|no resource/i.test(error.message))) throw error;
}

/** An operator and its CRD anew, and these stacks under it. */
async function setUp(
  { kube, kubeconfig, directory }: Plane,
  stacks: readonly StackName[],
): Promise<OperatorProcess> {
  await kube.apply(await crdOf(present));
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
  const operator = await startOperator({ kubeconfig, directory, name: stacks[0]?.namespace ?? '' });
  try {
    for (const { namespace, name } of stacks) {
      await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      const stack = stackObject(namespace, name, smallSpec);
      await waitFor('the stack to be taken', () => kube.apply(stack).catch(() => undefined), 30_000);
    }
    for (const stack of stacks) await untilReady(kube, stack, 120_000);
    await untilCollected(kube, stacks[0]?.namespace ?? '');
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
export async function untilCollected(kube: Kube, namespace: string): Promise<void> {
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
async function leftOvers(kube: Kube, namespace: string, withNamespace: boolean): Promise<string[]> {
  const crd = await kube.get(crdReference);
  const place = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  const children = place === undefined ? [] : await childrenIn(kube, namespace);
  return [
    ...(crd === undefined ? [] : ['the CRD is left']),
    ...(withNamespace && place !== undefined ? ['the namespace is left'] : []),
    ...children.map((object) => `${describe(referenceOf(object))} is left`),
  ];
}

async function childrenIn(kube: Kube, namespace: string): Promise<KubeObject[]> {
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
