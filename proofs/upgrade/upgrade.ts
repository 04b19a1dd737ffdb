import { AuditMark, trafficOf } from '../audit.ts';
import { type OperatorProcess, type Plane, startOperator, startPlane } from '../controlplane.ts';
import { at, type KubeObject } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { smallSpec, stackObject } from '../small-stack.ts';
import { conditionOf, type StackName, stackReference, untilReady } from '../stack.ts';
import { openFleet } from './fleet.ts';
import { upgradeMutants } from './mutants.ts';
import { crdOf, nextBlueprint, nextLabel, nextRelease, present, type Release } from './release.ts';
import { judgeRemovals, removalOrders, roundsOf, takeAway, untilCollected } from './removal.ts';
import { differenceOf, takeSnapshot } from './snapshot.ts';

const fullFleet = 50;
/** The chosen stacks and two drawn ones: a stack for each order of a round, and one for production. */
const shortFleet = 6;
/** Minutes below which a run has one plane, one way and one round. */
const shortMinutes = 4;

export const upgrade: Proof = {
  name: 'upgrade',
  sentence:
    'A new version of operator and CRD and the way back change no pod template, restart no pod and lose no field of a living stack; whatever goes first, stack, namespace, operator or CRD, nothing is left after 60 s.',
  minimum: 10,
  minutes: 20,
  mutants: upgradeMutants,
  selfContained: true,
  run: async (context) => {
    const minutes = (context.endsAt - Date.now()) / 60_000;
    if (context.stopAtFailure || minutes < shortMinutes)
      return withPlane(context, (plane) => judgeShortly(plane, context));
    const size = Math.max(8, Math.min(fullFleet, Math.round(minutes * 4)));
    const versions = await withPlane(context, (plane) => judgeVersions(plane, size, context));
    const removals = await withPlane(context, (plane) => judgeRemovals(plane, context));
    return {
      done: size + removals.done,
      of: fullFleet + removalOrders.length,
      failures: [...versions.failures, ...removals.failures],
      figures: { ...versions.figures, ...removals.figures },
    };
  },
};

async function withPlane<T>(context: Context, work: (plane: Plane) => Promise<T>): Promise<T> {
  const plane = await startPlane((line) => context.say(line));
  try {
    return await work(plane);
  } finally {
    await plane.stop();
  }
}

type Part = Pick<Outcome, 'failures' | 'figures'>;

/** Present → next → present → next, with a fleet that lives through all of it. */
async function judgeVersions(plane: Plane, size: number, context: Context): Promise<Part> {
  const { kube } = plane;
  const next = nextRelease();
  const voyage = new Voyage(plane, context);
  try {
    const fleet = await openVoyage(voyage, plane, size, context);
    await voyage.moveTo(next, fleet.stacks, true);
    await fleet.compare('upgrade');
    const failures = await greetNewcomer(plane);
    const newcomers = await takeSnapshot(kube, [newcomer]);
    await kube.merge(stackReference({ namespace: 'settings', name: 'shop' }), {
      spec: { contact: 'a team' },
    });
    await voyage.moveTo(present, fleet.stacks, false);
    await fleet.compare('way back');
    failures.push(...(await judgeNewcomer(plane, 'Stalled', 'InvalidSpec')));
    await voyage.moveTo(next, fleet.stacks, true);
    await fleet.compare('second upgrade');
    failures.push(...(await judgeNewcomer(plane, 'Ready', 'AllAvailable')));
    const moved = differenceOf(newcomers, await takeSnapshot(kube, [newcomer]));
    failures.push(
      ...moved.told.map((what) => `stack of the next release: ${what}`),
      ...(await judgeStored(plane)),
    );
    return {
      failures: [...fleet.failures, ...failures],
      figures: { ...fleet.figures, podsMadeByAudit: voyage.podsMade },
    };
  } finally {
    await voyage.end();
  }
}

/** A few stacks there and back, and a round of removals among them: what CI has time for. A hunt stays under the next release. */
async function judgeShortly(plane: Plane, context: Context): Promise<Outcome> {
  const voyage = new Voyage(plane, context);
  try {
    const fleet = await openVoyage(voyage, plane, shortFleet, context);
    await voyage.moveTo(nextRelease(context.mutant), fleet.stacks, true);
    await fleet.compare('upgrade');
    if (!context.stopAtFailure) {
      await voyage.moveTo(present, fleet.stacks, false);
      await fleet.compare('way back');
    }
    const [done, of] = [shortFleet, fullFleet + removalOrders.length];
    const { failures, figures } = fleet;
    if (context.stopAtFailure && failures.length > 0) return { done, of, failures, figures };
    // What a stack for production keeps is no litter.
    const stacks = fleet.stacks.filter(({ namespace }) => namespace !== 'production');
    const [orders = []] = roundsOf(context.random);
    await untilCollected(plane.kube, 'settings');
    const removal = await takeAway(orders, stacks, plane, () => voyage.end(), context);
    return {
      of,
      done: done + removal.done,
      failures: [...failures, ...removal.failures],
      figures: { ...figures, podsMadeByAudit: voyage.podsMade, ...removal.figures },
    };
  } finally {
    await voyage.end();
  }
}

type Fleet = {
  readonly stacks: readonly StackName[];
  readonly failures: string[];
  readonly figures: Record<string, number>;
  /** Compares the fleet with what it was under the first release. */
  compare(way: string): Promise<void>;
};

/** Starts this release and a fleet under it. */
async function openVoyage(voyage: Voyage, { kube }: Plane, size: number, context: Context): Promise<Fleet> {
  await voyage.start(present);
  context.say(`${size} stacks come up`);
  const stacks = await openFleet(kube, size, context.random);
  const before = await takeSnapshot(kube, stacks);
  const failures: string[] = [];
  const figures: Record<string, number> = { stacks: size, pods: before.pods.size };
  const compare = async (way: string) => {
    const { told, restarts, templates, fields } = differenceOf(before, await takeSnapshot(kube, stacks));
    for (const [name, count] of Object.entries({ restarts, templates, fields }))
      figures[name] = (figures[name] ?? 0) + count;
    failures.push(
      ...voyage.failures.splice(0).slice(0, 5),
      ...told.slice(0, 10).map((what) => `${way}: ${what}`),
    );
  };
  return { stacks, failures, figures, compare };
}

const newcomer: StackName = { namespace: 'newcomer', name: 'shop' };

/** A stack that is made under the next release gets its blueprint. */
async function greetNewcomer({ kube }: Plane): Promise<string[]> {
  const { namespace, name } = newcomer;
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const made = await kube.apply(stackObject(namespace, name, smallSpec));
  await untilReady(kube, newcomer, 120_000);
  const blueprint = at(made, 'spec', 'blueprint');
  return blueprint === nextBlueprint
    ? []
    : [`a new stack got blueprint ${String(blueprint)}, not ${nextBlueprint}`];
}

/** A release that does not know a stack's blueprint says so and leaves its pods alone; one that does goes on. */
async function judgeNewcomer({ kube }: Plane, type: string, reason: string): Promise<string[]> {
  const reached = await waitFor(
    `the newcomer to be ${type} ${reason}`,
    async () => {
      const stack = await kube.get(stackReference(newcomer));
      return (stack && conditionOf(stack, type)?.reason === reason) || undefined;
    },
    30_000,
  ).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return reached === true ? [] : [reached];
}

async function judgeStored({ kube }: Plane): Promise<string[]> {
  const crd = await kube.get({
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    name: 'ecommercestacks.ecommercestack.dev',
  });
  const stored = JSON.stringify(at(crd, 'status', 'storedVersions'));
  return stored === '["v1alpha1"]' ? [] : [`stored versions are ${stored}`];
}

/** One control plane on its way from version to version. */
class Voyage {
  readonly #plane: Plane;
  readonly #context: Context;
  #operator: OperatorProcess | undefined;
  /** Pods that somebody made for the fleet while versions changed, by the audit log. */
  podsMade = 0;
  readonly failures: string[] = [];

  constructor(plane: Plane, context: Context) {
    this.#plane = plane;
    this.#context = context;
  }

  async start({ name, patches }: Release): Promise<void> {
    const { kubeconfig, directory } = this.#plane;
    this.#operator = await startOperator({ kubeconfig, directory, name, patches });
  }

  /** Changes CRD and operator in a drawn order and resolves when the new version has been at every stack. */
  async moveTo(release: Release, stacks: readonly StackName[], labelled: boolean): Promise<void> {
    const { kube, auditLog } = this.#plane;
    const { say, random } = { say: (line: string) => this.#context.say(line), random: this.#context.random };
    const mark = new AuditMark(auditLog);
    const parts = {
      CRD: async () => void (await kube.apply(await crdOf(release))),
      operator: async () => {
        await this.#operator?.stop();
        await this.start(release);
      },
    };
    for (const part of random.shuffle(['CRD', 'operator'] as const)) {
      say(`${release.name}: ${part}`);
      await parts[part]();
      await this.#calm(mark);
      for (const stalled of await this.#stalled(stacks))
        this.failures.push(`${release.name}, after the ${part}: ${stalled}`);
    }
    const fleet = new Set(stacks.map(({ namespace }) => namespace));
    await waitFor(
      `${release.name} to have been at every Service`,
      async () =>
        (await this.#servicesOf(fleet)).every((service) => isLabelled(service) === labelled) || undefined,
      180_000,
      500,
    );
    await this.#calm(mark);
    const pods = mark
      .since()
      .filter(
        ({ verb, resource, subresource }) => verb === 'create' && resource === 'pods' && subresource === '',
      );
    this.podsMade += pods.filter(({ namespace }) => fleet.has(namespace)).length;
  }

  /** Stacks that wait for a person, though nobody but the version has changed. */
  async #stalled(stacks: readonly StackName[]): Promise<string[]> {
    const found = await Promise.all(stacks.map((stack) => this.#plane.kube.get(stackReference(stack))));
    return found.flatMap((stack) => {
      const condition = stack && conditionOf(stack, 'Stalled');
      if (condition?.status !== 'True') return [];
      return [`${stack?.metadata.namespace} is stalled: ${condition.reason} ${condition.message}`];
    });
  }

  async end(): Promise<void> {
    await this.#operator?.stop();
    this.#operator = undefined;
  }

  async #servicesOf(fleet: ReadonlySet<string>): Promise<KubeObject[]> {
    const labels = 'app.kubernetes.io/managed-by=ecommercestack-operator';
    const services = await this.#plane.kube.list('v1', 'Service', { labels });
    return services.filter(({ metadata }) => fleet.has(metadata.namespace ?? ''));
  }

  /** Resolves when the operator has written nothing for three seconds. */
  async #calm(mark: AuditMark): Promise<void> {
    let [writes, since] = [-1, performance.now()];
    await waitFor(
      'the operator to come to rest',
      async () => {
        const now = trafficOf(mark.since(), { userAgent: 'ecommercestack-operator' }).writes.length;
        if (now !== writes) [writes, since] = [now, performance.now()];
        return performance.now() - since > 3_000 || undefined;
      },
      120_000,
    );
  }
}

function isLabelled({ metadata }: KubeObject): boolean {
  return metadata.labels?.[nextLabel] === 'true';
}
