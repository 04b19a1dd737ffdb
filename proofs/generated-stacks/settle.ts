import { kindOf } from '../../operator/src/api/kinds.ts';
import { type KubernetesObject, objectKey } from '../../operator/src/api/object.ts';
import type { Kube } from '../kube/kube.ts';
import { type KubeObject, referenceOf } from '../kube/object.ts';
import { until } from '../kube/wait.ts';
import { conditionOf, isReady, objectsOf as livingObjects } from '../stack.ts';
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
  const live = await kube.apply({ ...stack, spec: spelt(stack.spec) });
  const wanted = await servedOf(kube, objectsOf(JSON.parse(JSON.stringify(stack))));
  const reasons = expectedReasons(wanted.all);
  let seen: KubeObject | undefined = live;
  let absent: string[] = [];
  const reason = await until(
    async () => {
      seen = await kube.get(referenceOf(stack));
      const found = endingOf(seen);
      if (found === undefined) return undefined;
      // What holds it up and nobody could know of is told at once.
      if (found !== 'Ready' && !reasons.has(found)) return found;
      const there = new Set((await livingObjects(kube, nameOf(stack))).map(keyOf));
      absent = wanted.served.map(objectKey).filter((key) => !there.has(key));
      return absent.length === 0 ? found : undefined;
    },
    patience * 1000,
    500,
  );
  if (reason === undefined) {
    const ready = seen && conditionOf(seen, 'Ready');
    const lack =
      absent.length > 0 ? `; ${absent.length} objects are missing: ${absent.slice(0, 3).join(', ')}` : '';
    return {
      reason: 'unsettled',
      problems: [
        `not at rest after ${patience} s: ${ready?.reason ?? 'no condition'}: ${ready?.message ?? ''}${lack}`,
      ],
    };
  }
  if (reason === 'Ready' || reasons.has(reason)) return { reason, problems: [] };
  const stalled = seen && conditionOf(seen, 'Stalled');
  return { reason, problems: [`${reason}: ${stalled?.message ?? ''}`] };
}

const nameOf = ({ metadata }: Stack) => ({ namespace: metadata.namespace ?? 'default', name: metadata.name });
const keyOf = (object: KubeObject): string => objectKey(object as KubernetesObject); // both are objects of an API server

/** `Ready`, or the reason of Stalled; undefined while the operator still works on it. */
function endingOf(stack: KubeObject | undefined): string | undefined {
  if (stack === undefined) return undefined;
  if (isReady(stack)) return 'Ready';
  const stalled = conditionOf(stack, 'Stalled');
  return stalled?.status === 'True' ? stalled.reason : undefined;
}

/** Reasons for which this stack may rightly be held up on a cluster that has Istio and nothing else. */
function expectedReasons(objects: readonly KubernetesObject[]): Set<string> {
  const needs = new Set(objects.map((object) => kindOf(object).needs));
  const own = new Set(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name));
  const foreign = secretsIn(objects).filter((name) => !own.has(name));
  return new Set([
    ...(foreign.length > 0 ? ['SecretMissing'] : []),
    ...(needs.has('gatewayAPI') ? ['GatewayAPIAbsent'] : []),
    ...((['cloudNativePG', 'percona', 'openSearch', 'eck', 'strimzi'] as const).some((name) =>
      needs.has(name),
    )
      ? ['OperatorAbsent']
      : []),
  ]);
}

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

const serverAnnotations = new Set(['deployment.kubernetes.io/revision', 'ecommercestack.dev/applied']);

function bare(object: KubeObject): KubeObject {
  const { annotations = {}, ...metadata } = object.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !serverAnnotations.has(key));
  const spec = { ...Object(object['spec']) };
  for (const assigned of ['clusterIP', 'clusterIPs', 'volumeName']) Reflect.deleteProperty(spec, assigned);
  return {
    ...object,
    ...(object['spec'] !== undefined && { spec }),
    metadata: { ...metadata, annotations: Object.fromEntries(kept) },
  };
}
