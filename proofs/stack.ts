import { apiVersionOf, kinds } from '../operator/src/api/kinds.ts';
import type { Kube } from './kube/kube.ts';
import { at, type KubeObject, type Reference } from './kube/object.ts';
import { until } from './kube/wait.ts';

/** A stack's namespace and name. */
export type StackName = { readonly namespace: string; readonly name: string };

/** The label that every object of a stack carries. */
export const stackLabel = 'ecommercestack.dev/stack';

/** Reference of the EcommerceStack itself. */
export function stackReference({ namespace, name }: StackName): Reference {
  return { apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack', namespace, name };
}

/** Kinds that the operator makes, as the Kind table names them; a cluster may lack some. */
export function ownedKindNames(): { apiVersion: string; kind: string }[] {
  return kinds.filter((row) => row.owned).map((row) => ({ apiVersion: apiVersionOf(row), kind: row.kind }));
}

/** Every living object that carries the stack's label and is of a Kind that the operator makes. */
export async function objectsOf(kube: Kube, { namespace, name }: StackName): Promise<KubeObject[]> {
  const lists = await Promise.all(
    ownedKindNames().map(({ apiVersion, kind }) =>
      kube.list(apiVersion, kind, { namespace, labels: `${stackLabel}=${name}` }),
    ),
  );
  return lists.flat().filter((object) => object.metadata.deletionTimestamp === undefined);
}

/** The status of a condition; undefined while it is missing or speaks of an older generation of the spec. */
export function conditionOf(stack: KubeObject, type: string): Condition | undefined {
  const conditions = at(stack, 'status', 'conditions');
  const found = (Array.isArray(conditions) ? conditions : []).find(
    (condition) => at(condition, 'type') === type,
  );
  if (found === undefined) return undefined;
  const current = at(stack, 'status', 'observedGeneration') === at(stack, 'metadata', 'generation');
  // The CRD's schema requires these members of every condition.
  return current ? (found as Condition) : undefined;
}

export type Condition = {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
};

/** True when the stack reports Ready for the spec that it has now. */
export function isReady(stack: KubeObject | undefined): boolean {
  return stack !== undefined && conditionOf(stack, 'Ready')?.status === 'True';
}

/** Resolves when the stack is Ready for its present spec; the error that ends a vain wait says why it is not. */
export async function untilReady(kube: Kube, name: StackName, deadline = 300_000): Promise<void> {
  const reference = stackReference(name);
  const ready = await until(
    async () => (isReady(await kube.get(reference)) ? true : undefined),
    deadline,
    250,
  );
  if (ready) return;
  const stack = await kube.get(reference);
  const { reason, message } = (stack && conditionOf(stack, 'Ready')) ?? {
    reason: 'no condition',
    message: '',
  };
  const pods = (await kube.list('v1', 'Pod', { namespace: name.namespace })).flatMap(unreadyPod);
  throw new Error(
    [
      `${name.namespace}/${name.name} is not Ready after ${deadline / 1000} s: ${reason}: ${message}`,
      ...pods,
    ].join('\n'),
  );
}

/** A line that says why a pod is not ready; none for one that is. */
export function unreadyPod({ metadata, ...pod }: KubeObject): string[] {
  const conditions = listAt(pod, 'status', 'conditions');
  const isTrue = (type: string) =>
    conditions.some((one) => at(one, 'type') === type && at(one, 'status') === 'True');
  if (isTrue('Ready')) return [];
  const unmet = conditions
    .filter((one) => at(one, 'status') !== 'True')
    .map((one) => [at(one, 'type'), at(one, 'reason'), at(one, 'message')].filter(Boolean).join(' '));
  const containers = [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ].filter((one) => at(one, 'ready') !== true);
  const states = containers.map(
    (one) =>
      `${String(at(one, 'name'))} ${JSON.stringify({ now: at(one, 'state'), last: at(one, 'lastState') })}`,
  );
  const leaving = metadata.deletionTimestamp === undefined ? [] : ['is being deleted'];
  return [`pod ${metadata.name}: ${[...leaving, ...unmet, ...states].join('; ')}`];
}

function listAt(object: unknown, ...path: readonly string[]): unknown[] {
  const found = at(object, ...path);
  return Array.isArray(found) ? found : [];
}
