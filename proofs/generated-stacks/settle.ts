import { kindOf } from '../../operator/src/api/kinds.ts';
import { type KubernetesObject, objectKey } from '../../operator/src/api/object.ts';
import type { Kube } from '../kube/kube.ts';
import { at, type KubeObject, referenceOf } from '../kube/object.ts';
import { until } from '../kube/wait.ts';
import { type Condition, conditionOf, isReady, objectsOf as livingObjects } from '../stack.ts';
import { objectsOf } from './objects.ts';
import type { Stack } from './stack.ts';
import { spelt } from './wire.ts';
import { type Child, comparable } from './world.ts';

/** Seconds in which a stack has to come to rest, however busy the machine is. */
const patience = 150;

/** How a stack ended: `Ready`, or the reason why it cannot be; and what is wrong with that. */
export type Ending = { readonly reason: string; readonly problems: readonly string[] };

/** Applies the stack and waits until the operator has done what it can. */
export async function settle(kube: Kube, stack: Stack): Promise<Ending> {
  await write(kube, stack);
  const wanted = await servedOf(kube, objectsOf(JSON.parse(JSON.stringify(stack))));
  const reasons = expectedReasons(stack, wanted.all);
  let last: Look = { quiet: '' };
  const reason = await until(
    async () => {
      last = await look(kube, stack, wanted.served, last);
      const { reason, isFinal } = last;
      // What holds it up and nobody could know of is told at once.
      const isExpected = reason === undefined || reason === 'Ready' || reasons.has(reason);
      // A pod fits on no node while its volume is being made, too.
      if (!isExpected) return reason === 'Unschedulable' ? undefined : reason;
      return isFinal && last.absent?.length === 0 ? reason : undefined;
    },
    patience * 1000,
    500,
  );
  if (reason === undefined) {
    const { absent = [], ready } = last;
    const lack =
      absent.length > 0 ? `; ${absent.length} objects are missing: ${absent.slice(0, 3).join(', ')}` : '';
    const what = `${ready?.reason ?? 'no condition'}: ${ready?.message ?? ''}${lack}`;
    return { reason: 'unsettled', problems: [`not at rest after ${patience} s: ${what}`] };
  }
  if (reason === 'Ready' || reasons.has(reason)) return { reason, problems: [] };
  return { reason, problems: [`${reason}: ${last.stalled?.message ?? last.ready?.message ?? ''}`] };
}

/** What one look at a stack shows. */
type Look = {
  /** `Ready`, or why it is not, where the operator waits for somebody else. */
  readonly reason?: string;
  /** Whether the operator has nothing more to do. */
  readonly isFinal?: boolean;
  readonly absent?: readonly string[];
  readonly ready?: Condition | undefined;
  readonly stalled?: Condition | undefined;
  /** What there is, to see whether it still changes. */
  readonly quiet: string;
};

async function look(
  kube: Kube,
  stack: Stack,
  served: readonly KubernetesObject[],
  before: Look,
): Promise<Look> {
  const seen = await kube.get(referenceOf(stack));
  if (seen === undefined) return { quiet: '' };
  const condition = (type: string) => conditionOf(seen, type);
  const [ready, stalled] = [condition('Ready'), condition('Stalled')];
  const isUnschedulable = ['DataReady', 'ServicesAvailable'].some((type) =>
    condition(type)?.message.includes('fits on no node'),
  );
  const reason = isReady(seen)
    ? 'Ready'
    : stalled?.status === 'True'
      ? stalled.reason
      : isUnschedulable
        ? 'Unschedulable'
        : undefined;
  if (reason === undefined) return { ready, stalled, quiet: '' };
  const living = await livingObjects(kube, nameOf(stack));
  const there = new Set(living.map(keyOf));
  const absent = served.map(objectKey).filter((key) => !there.has(key));
  const quiet = living.map(({ metadata }) => `${metadata.uid} ${String(at(metadata, 'generation'))}`).join();
  const isFinal =
    reason === 'Ready' || condition('Reconciling')?.status === 'False' || quiet === before.quiet;
  return { reason, isFinal, absent, ready, stalled, quiet };
}

/** Makes the stack, or gives it another specification as a whole: server-side apply leaves a null where {} was. */
async function write(kube: Kube, stack: Stack): Promise<void> {
  const there = await kube.get(referenceOf(stack));
  if (there === undefined) await kube.create({ ...stack, spec: spelt(stack.spec) });
  else {
    const value = spelt(withoutNulls(stack.spec));
    await kube.edit(referenceOf(stack), [{ op: 'replace', path: '/spec', value }]);
  }
}

/** A patch is not pruned of nulls for members without a default, as what is created is. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(members.map(([name, child]) => [name, withoutNulls(child)]));
}

const nameOf = ({ metadata }: Stack) => ({ namespace: metadata.namespace ?? 'default', name: metadata.name });
const keyOf = (object: KubeObject): string => objectKey(object as KubernetesObject); // both are objects of an API server

/** Reasons for which this stack may rightly be held up on a cluster that has Istio and nothing else. */
function expectedReasons(stack: Stack, objects: readonly KubernetesObject[]): Set<string> {
  const needs = new Set(objects.map((object) => kindOf(object).needs));
  const own = new Set(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name));
  const foreign = secretsIn(objects).filter((name) => !own.has(name));
  const text = JSON.stringify(stack.spec);
  return new Set([
    ...(foreign.length > 0 ? ['SecretMissing'] : []),
    ...(text.includes('"type":"GatewayAPI"') ? ['GatewayAPIAbsent'] : []),
    ...((['cloudNativePG', 'percona', 'openSearch', 'eck', 'strimzi'] as const).some((name) =>
      needs.has(name),
    )
      ? ['OperatorAbsent']
      : []),
    ...(asksOfNodes.test(text) ? ['Unschedulable'] : []),
  ]);
}

/** Members with which a stack may ask for more than the one node of the control plane has. */
const asksOfNodes = /"(requests|limits|nodeSelector|affinity|topologySpreadConstraints|className)":/;

/** Names of Secrets that objects refer to. */
function secretsIn(value: unknown, key = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own: unknown = Reflect.get(value, key === 'secret' || key === 'tls' ? 'secretName' : 'name');
  const refers = ['secretKeyRef', 'secretRef', 'secret', 'imagePullSecrets', 'tls'].includes(key);
  const below = Object.entries(value).flatMap(([name, child]) =>
    secretsIn(child, Array.isArray(value) ? key : name),
  );
  return refers && typeof own === 'string' ? [own, ...below] : below;
}

async function servedOf(kube: Kube, all: readonly KubernetesObject[]) {
  const served: KubernetesObject[] = [];
  for (const object of all) {
    const known = await kube.collectionOf(object.apiVersion, object.kind).then(
      () => true,
      () => kindOf(object).needs === undefined,
    );
    if (known) served.push(object);
  }
  return { all, served };
}

/** What lives of a stack, free of what a server fills in by itself and of its namespace's name. */
export async function livingChildren(kube: Kube, stack: Stack): Promise<Map<string, Child>> {
  const { namespace, name } = nameOf(stack);
  const objects = await livingObjects(kube, { namespace, name });
  const plain = objects.map((object) =>
    JSON.parse(JSON.stringify(bare(object)).replaceAll(namespace, 'namespace')),
  );
  return comparable(plain);
}

const serverAnnotations =
  /^(deployment\.kubernetes\.io\/revision|ecommercestack\.dev\/applied|(pv|volume|volume\.beta)\.kubernetes\.io\/.*)$/;

function bare(object: KubeObject): KubeObject {
  const { annotations = {}, ...metadata } = object.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !serverAnnotations.test(key));
  const spec = { ...Object(object['spec']) };
  for (const assigned of ['clusterIP', 'clusterIPs', 'volumeName']) Reflect.deleteProperty(spec, assigned);
  return {
    ...object,
    ...(object['spec'] !== undefined && { spec }),
    metadata: { ...metadata, annotations: Object.fromEntries(kept) },
  };
}
