import { apiVersionOf, type KindRow, kinds } from '../../operator/src/api/kinds.ts';
import type { Kube } from '../kube/kube.ts';
import { at, describe, type KubeObject, type Reference, referenceOf } from '../kube/object.ts';
import { until, waitFor } from '../kube/wait.ts';
import { type Members, servicesWith, smallSpec, stackObject } from '../small-stack.ts';
import { objectsOf, type StackName, stackReference } from '../stack.ts';

/** CRDs of the Kinds that this control plane lacks: any content, so that the operator's rights can be exercised. */
export async function installMissingKinds(kube: Kube): Promise<void> {
  const lacking = kinds.filter(({ needs }) => needs !== undefined && needs !== 'istio');
  for (const row of lacking) await kube.apply(crdOf(row));
  for (const row of lacking) {
    await waitFor(
      `${row.kind} to be served`,
      async () => {
        // Asked by path, for the client remembers which Kinds a group had when it first looked.
        const served = await kube.text(`/apis/${apiVersionOf(row)}`).catch(() => '');
        return served.includes(`"${row.plural}"`) || undefined;
      },
      30_000,
    );
  }
}

function crdOf({ group, version, kind, plural }: KindRow): KubeObject {
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  const protectedGroup = group.endsWith('.k8s.io') || group.endsWith('.kubernetes.io');
  return {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: {
      name: `${plural}.${group}`,
      ...(protectedGroup && { annotations: { 'api-approved.kubernetes.io': 'unapproved, for a proof' } }),
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, subresources: { status: {} }, schema }],
    },
  };
}

/** Stacks which between them make an object of every Kind and do to it what is ever done. */
const makers: readonly Members[] = [
  {
    exposure: { type: 'Ingress', hosts: ['rights.example.com'] },
    services: servicesWith({
      autoscaling: { minReplicas: 1, maxReplicas: 2 },
      disruptionBudget: { maxUnavailable: 1 },
      data: { postgres: {}, redis: {}, mongodb: {}, search: {} },
    }),
    data: {
      postgres: { mode: 'CloudNativePG' },
      mongodb: { mode: 'Percona' },
      search: { mode: 'OpenSearch' },
    },
    eventBus: { kafka: { mode: 'Strimzi' } },
  },
  {
    exposure: { type: 'GatewayAPI', gatewayAPI: { parentRefs: [{ name: 'edge' }] } },
    data: { search: { mode: 'ECK' } },
    services: servicesWith({ data: { search: {}, postgres: {} } }),
  },
  {},
  // A store's objects, its Secret among them, are let go and taken back.
  { data: { redis: { deletionPolicy: 'Retain' } } },
  { data: { redis: { deletionPolicy: 'Delete' } } },
];

const nothing: Members = {
  mesh: { type: 'None' },
  exposure: { type: 'None' },
  monitoring: { enabled: false },
  networkPolicy: { enabled: false },
  services: servicesWith({}).map((service) => ({ ...service, placement: 'Disabled' })),
};

/**
 * Makes the operator do in one namespace everything it ever does: make, see changed, take back and remove an object of
 * every Kind, report, tell, and tell again.
 */
export async function exercise(
  kube: Kube,
  namespace: string,
  /** Whether a series of events has been written. */
  counted: () => boolean,
  say: (line: string) => void,
): Promise<void> {
  const name = 'rights';
  const touched = new Set<string>();
  for (const [index, members] of makers.entries()) {
    say(`${namespace}: stack ${index + 1} of ${makers.length}`);
    await kube.apply(stackObject(namespace, name, { ...smallSpec, ...members }));
    await settled(kube, namespace, name);
    for (const object of await objectsOf(kube, { namespace, name })) {
      if (touched.has(object.kind) || object.kind === 'Secret') continue;
      touched.add(object.kind);
      await disown(kube, referenceOf(object));
    }
  }
  say(`${namespace}: the stack shrinks to nothing`);
  await kube.apply(stackObject(namespace, name, { ...smallSpec, ...nothing }));
  await pruned(kube, { namespace, name });
  say(`${namespace}: the same is told again and again`);
  await tellAgain(kube, { namespace, name }, counted);
  await kube.delete(stackReference({ namespace, name }));
}

async function pruned(kube: Kube, stack: StackName): Promise<void> {
  let left: KubeObject[] = [];
  const done = await until(
    async () => {
      // Where the operator acts in all namespaces it may not delete Secrets: they go with the stack.
      left = (await objectsOf(kube, stack)).filter(({ kind }) => kind !== 'Secret');
      return left.length === 0 ? true : undefined;
    },
    60_000,
    250,
  );
  const names = left.map((object) => describe(referenceOf(object))).join(', ');
  if (done === undefined) throw new Error(`a stack that shrank to nothing still has ${names}`);
}

/** A hand takes the owner off an object: the operator has to look whose it is, and takes it back. */
async function disown(kube: Kube, reference: Reference): Promise<void> {
  await kube.merge(reference, { metadata: { ownerReferences: null } });
  await waitFor(
    `${reference.kind} ${reference.name} to be taken back`,
    async () => {
      const object = await kube.get(reference);
      // One that is deleted with its stack has no owner to lose, and one that is gone was pruned meanwhile.
      return object === undefined || (object.metadata.ownerReferences ?? []).length > 0 ? true : undefined;
    },
    30_000,
  );
}

async function settled(kube: Kube, namespace: string, name: string): Promise<void> {
  let known = '';
  let same = 0;
  await waitFor(
    `${namespace}/${name} to come to rest`,
    async () => {
      const stack = await kube.get(stackReference({ namespace, name }));
      const observed = at(stack, 'status', 'observedGeneration') === at(stack, 'metadata', 'generation');
      const objects = await objectsOf(kube, { namespace, name });
      const text = JSON.stringify([stack?.metadata.resourceVersion, objects.length]);
      same = observed && text === known ? same + 1 : 0;
      known = text;
      return same >= 6 ? true : undefined;
    },
    90_000,
    250,
  );
}

/**
 * The same transition there and back and there again makes a series of its event, which is written a minute later. Events
 * are rationed, so the first of a series may be left out: another one follows.
 */
async function tellAgain(kube: Kube, { namespace, name }: StackName, counted: () => boolean): Promise<void> {
  let enabled = false;
  // Where none is written, the comparison of rights says so.
  await until(async () => {
    if (counted()) return true;
    // An object that has to be made takes Ready away for a moment; Ready again is what is told again.
    enabled = !enabled;
    await kube.apply(stackObject(namespace, name, { ...smallSpec, ...nothing, networkPolicy: { enabled } }));
    await settled(kube, namespace, name);
    return undefined;
  }, 150_000);
}
