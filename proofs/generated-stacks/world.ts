import { canonicalJson } from '../../operator/src/api/hash.ts';
import type { KubernetesObject } from '../../operator/src/api/object.ts';
import { objectKey } from '../../operator/src/api/object.ts';
import { validateStack } from '../../operator/src/api/validate.ts';
import type { ReconcileContext } from '../../operator/src/controller/context.ts';
import { reconcile } from '../../operator/src/controller/reconcile.ts';
import { isRetained } from '../../operator/src/desired/retention.ts';
import { givenToMesh } from '../../operator/src/rollout/given-to-mesh.ts';
import { type FakeWorld, fakeCluster } from '../../operator/src/testing/fake-cluster.ts';
import type { Stack } from './stack.ts';

/** The whole operator over a cluster in memory, in which pods run at once and time stands still. */
export type World = {
  /** Applies the stack and reconciles until nothing is written any more; throws when that never comes. */
  settle(stack: Stack): Promise<void>;
  /** What the operator made, as `comparable` leaves it. */
  children(): ReadonlyMap<string, Child>;
};

const everything = [
  ...(['istio', 'gatewayAPI', 'monitoring', 'cloudNativePG'] as const),
  ...(['percona', 'openSearch', 'eck', 'strimzi'] as const),
];
const stackKey = 'EcommerceStack.ecommercestack.dev/generated/stack';

/** An empty cluster that has every optional API. */
export function emptyWorld(): World {
  const world = fakeCluster(everything);
  const context: ReconcileContext = {
    cluster: world.cluster,
    now: () => '2026-02-03T04:05:06Z',
    record: () => {},
    log: () => () => {},
    made: new Set(),
    records: new Map(),
    leaving: new Map(),
    confirmation: givenToMesh,
    storeNotes: {},
    measuring: () => ({}),
    guard: { seen: () => undefined, test: async () => ({ state: 'Unknown', message: 'nobody asks' }) },
  };
  return {
    settle: async (stack) => {
      world.put(stored(world, stack));
      for (let round = 0; round < 20; round++) {
        const before = world.writes.length;
        await reconcile('generated/stack', context);
        if (world.writes.length === before) return;
        runPods(world);
      }
      throw new Error('the operator keeps writing');
    },
    children: () => comparable(world.all().filter(({ kind }) => kind !== 'EcommerceStack' && kind !== 'Pod')),
  };
}

/** The stack as an API server keeps it: defaults filled in, the status of before. */
function stored(world: FakeWorld, stack: Stack): KubernetesObject {
  const judged = validateStack(JSON.parse(JSON.stringify(stack)));
  if (!judged.ok) throw new Error(`${judged.problems[0]?.path}: ${judged.problems[0]?.message}`);
  const { apiVersion, kind, spec } = judged.stack;
  const metadata = { name: 'stack', namespace: 'generated' };
  return { ...world.get(stackKey), apiVersion, kind, spec, metadata };
}

function runPods(world: FakeWorld): void {
  for (const object of world.all()) {
    if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') continue;
    const { replicas = 1 } = Object(object['spec']);
    const whole = {
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
    world.put({ ...object, status: { observedGeneration: object.metadata.generation, ...whole } });
  }
}

/** What one object says, and whether it may stay although nothing asks for it any more. */
export type Child = { readonly says: string; readonly kept: boolean };

/** What two clusters are compared by: content, without what a server keeps about an object or an operator makes up. */
export function comparable(objects: readonly KubernetesObject[]): Map<string, Child> {
  return new Map(
    objects.map((object) => {
      const { status, metadata, ...content } = object;
      const { name, namespace, labels, annotations } = metadata;
      const bare = object.kind === 'Secret' ? { ...content, data: undefined } : content;
      const says = canonicalJson({ ...bare, metadata: { name, namespace, labels, annotations } });
      return [objectKey(object), { says, kept: isRetained(object) || isRevisionRecord(object) }];
    }),
  );
}

/** The record of a revision; older ones stay for an undo. */
function isRevisionRecord({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'ConfigMap' && metadata.labels?.['ecommercestack.dev/revision'] !== undefined;
}

/**
 * What is comparable of the children after a change: where the profile changed, volumes count as there and no more, for
 * they stay as large as they were made.
 */
export function comparableAfter(
  before: Stack,
  after: Stack,
  children: ReadonlyMap<string, Child>,
): ReadonlyMap<string, Child> {
  if ((before.spec['profile'] ?? 'Dev') === (after.spec['profile'] ?? 'Dev')) return children;
  return new Map(
    [...children].map(([key, child]) => [
      key,
      key.startsWith('PersistentVolumeClaim.') ? { ...child, says: '' } : child,
    ]),
  );
}

/** Where the seen children are not the wanted ones, kept ones set aside: one sentence an object. */
export function differences(wanted: ReadonlyMap<string, Child>, seen: ReadonlyMap<string, Child>): string[] {
  const keys = [...new Set([...wanted.keys(), ...seen.keys()])].sort();
  return keys.flatMap((key) => {
    const [left, right] = [wanted.get(key), seen.get(key)];
    if (left?.says === right?.says) return [];
    if (left === undefined) return right?.kept === true ? [] : [`${key} is there and should not be`];
    if (right === undefined) return [`${key} is missing`];
    return [`${key} differs: ${firstDifference(left.says, right.says)}`];
  });
}

function firstDifference(wanted: string, seen: string): string {
  let index = 0;
  while (wanted[index] === seen[index]) index++;
  const from = Math.max(0, index - 60);
  return `wanted …${wanted.slice(from, index + 60)}…, found …${seen.slice(from, index + 60)}…`;
}
