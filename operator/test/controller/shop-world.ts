import { ApiError, type ReconcileResult } from '@ecommercestack/controller-runtime';
import type { EcommerceStack } from '../../src/api/ecommercestack.ts';
import { type KubernetesObject, objectKey } from '../../src/api/object.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { ReconcileContext } from '../../src/controller/context.ts';
import { actionGuard } from '../../src/controller/guard.ts';
import { reconcile } from '../../src/controller/reconcile.ts';
import { givenToMesh } from '../../src/rollout/given-to-mesh.ts';
import type { Transition } from '../../src/status/transitions.ts';
import { type FakeWorld, fakeCluster } from '../../src/testing/fake-cluster.ts';
import { stackNamed } from '../cluster/cluster-suite.ts';

/** An in-memory cluster with the operator in it; time stands still unless `wait` is called. */
export type ShopWorld = FakeWorld & {
  readonly transitions: Transition[];
  /** Puts the stack with this spec beside the version. */
  want(spec?: Record<string, unknown>): void;
  /** One reconcile of the stack; the writes it made. */
  step(key?: string): Promise<string[]>;
  /** The present time as status writes it. */
  now(): string;
  /** Whether answers to actions are refused by the API server. */
  refuseAnswers(refused: boolean): void;
  /** Whether a dry run ends with an error of the API server. */
  breakTries(broken: boolean): void;
  /** Lets time pass. */
  wait(seconds: number): void;
  /** When the last reconcile wants to come back (ms). */
  wakes(): number | undefined;
  /** Whether the last reconcile left the stack waiting for others. */
  waits(): boolean | undefined;
  /** Reconciles and lets pods run until nothing is written any more. */
  settle(): Promise<void>;
  /** Makes every Deployment and StatefulSet run whole, or those named run so many pods. */
  run(ready?: Readonly<Record<string, number>>): void;
  stack(): EcommerceStack;
  condition(type: string): string;
  /** Children, the stack and pods left out. */
  children(): KubernetesObject[];
  child(kind: string, name: string): KubernetesObject;
};

/** Three services and one store, so that a test's output can be read. */
export const small = {
  services: [
    'cart',
    'order',
    'payment',
    'inventory',
    'shipping',
    'notification',
    'review',
    'analytics',
    'admin',
    'storefront',
  ].map((name) => ({ name, placement: 'Disabled' })),
};

/** A spec in which the user service is as given. */
export function userService(fields: Record<string, unknown>): Record<string, unknown> {
  return { ...small, services: [...small.services, { name: 'user', ...fields }] };
}

export function shopWorld(world: FakeWorld = fakeCluster()): ShopWorld {
  const transitions: Transition[] = [];
  let time = Date.parse('2026-02-03T04:05:06Z');
  const broken = { answers: false, tries: false };
  const cluster: Cluster = {
    ...world.cluster,
    answerAction: async (...of) => {
      if (broken.answers) throw new ApiError(403, { reason: 'Forbidden', message: 'refused by the test' });
      await world.cluster.answerAction(...of);
    },
    tryCreate: async (object) => {
      if (broken.tries) throw new ApiError(500, { reason: 'InternalError', message: 'broken by the test' });
      await world.cluster.tryCreate(object);
    },
  };
  const now = (): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
  const context: ReconcileContext = {
    cluster,
    now,
    record: (_stack, transition) => transitions.push(transition),
    log: () => () => {},
    made: new Set(),
    records: new Map(),
    leaving: new Map(),
    confirmation: givenToMesh,
    storeNotes: {},
    measuring: () => ({}),
    guard: actionGuard({
      cluster,
      monotonic: () => time,
      namespaces: ['dev'],
      onChange: () => {},
    }),
  };
  const children = (): KubernetesObject[] =>
    world.all().filter(({ kind }) => !['EcommerceStack', 'RolloutAction', 'Pod'].includes(kind));
  const stack = (): EcommerceStack => {
    const found = world.cluster.stack('dev/shop');
    if (found === undefined) throw new Error('there is no stack');
    return found;
  };
  let last: ReconcileResult = {};
  const step = async (key = 'dev/shop'): Promise<string[]> => {
    const before = world.writes.length;
    last = await reconcile(key, context);
    return world.writes.slice(before).map(({ verb, object }) => `${verb} ${object}`);
  };
  const run = (ready: Readonly<Record<string, number>> = {}): void => {
    for (const object of children()) {
      if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') continue;
      const { replicas = 1 } = object['spec'] as { replicas?: number };
      const pods = ready[object.metadata.name] ?? replicas;
      world.put({
        ...object,
        status: {
          observedGeneration: object.metadata.generation,
          replicas,
          updatedReplicas: replicas,
          readyReplicas: pods,
          availableReplicas: pods,
        },
      });
    }
  };
  return {
    ...world,
    transitions,
    stack,
    step,
    waits: () => last.waits,
    wakes: () => last.requeueAfter,
    now,
    refuseAnswers: (refused) => {
      broken.answers = refused;
    },
    breakTries: (refused) => {
      broken.tries = refused;
    },
    wait: (seconds) => {
      time += seconds * 1000;
    },
    run,
    children,
    want: (spec = small) => {
      const known = world.get('EcommerceStack.ecommercestack.dev/dev/shop');
      world.put({ ...known, ...stackNamed('shop', 'dev', spec) });
    },
    settle: async () => {
      for (let round = 0; round < 10; round++) {
        const writes = await step();
        run();
        if (writes.length === 0 && (await step()).length === 0) return;
      }
      throw new Error('the stack does not come to rest');
    },
    condition: (type) => {
      const found = stack().status?.conditions?.find((condition) => condition.type === type);
      return `${found?.status} ${found?.reason}`;
    },
    child: (kind, name) => {
      const found = children().find((object) => object.kind === kind && object.metadata.name === name);
      if (found === undefined) throw new Error(`no ${kind} ${name}: ${children().map(objectKey).join(' ')}`);
      return found;
    },
  };
}
