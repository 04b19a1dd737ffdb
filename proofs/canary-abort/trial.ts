import { serviceRow } from '../../packages/contracts/src/topology.ts';
import { at, type KubeObject } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import { stackReference } from '../stack.ts';
import type { Target } from '../target.ts';
import { setService } from '../version.ts';
import { type Asker, gatewayRow } from './people.ts';
import type { Watch } from './watch.ts';

/** What happens at a step before the canary is aborted: nothing, the operator dies, or the spec names another version. */
export const disturbances = ['abort', 'kill', 'spec'] as const;
export type Disturbance = (typeof disturbances)[number];

/** The weights of the steps that end by approval. */
export const stepWeights = [10, 50, 90] as const;

/** One canary, from its beginning until nothing of it is left. */
export type Trial = {
  readonly disturbance: Disturbance;
  readonly step: number;
  readonly version: string;
  /** What the specification names where the disturbance is `spec`. */
  readonly other: string;
};

/** Who and what a trial works with. */
export type Stage = {
  readonly target: Target;
  readonly asker: Asker;
  readonly watch: Watch;
  /** The stable version's pods, all of them ready. */
  readonly replicas: number;
  /** Milliseconds that a canary may take to come or to go. */
  readonly patienceMs: number;
};

/** Milliseconds from the ask for an abort until no Envoy sends to the canary any more. */
export async function runTrial(stage: Stage, trial: Trial): Promise<number> {
  const { target, watch, patienceMs } = stage;
  const restore = await wish(target, trial.version);
  try {
    watch.follow(subsetOf(trial.version), stage.replicas);
    await reach(stage, subsetOf(trial.version), trial.step);
    return await disturb(stage, trial);
  } finally {
    await restore();
    await untilAlone(target, patienceMs);
  }
}

async function disturb(stage: Stage, { disturbance, version, other }: Trial): Promise<number> {
  const { target, asker, watch, patienceMs } = stage;
  if (disturbance === 'spec') {
    await wish(target, other);
    await watch.untilShare(subsetOf(version), 0, patienceMs);
    watch.follow(subsetOf(other), stage.replicas);
    await reach(stage, subsetOf(other), 0);
  }
  if (disturbance === 'kill') await killOperator(target);
  const canary = subsetOf(disturbance === 'spec' ? other : version);
  const asked = await asker.ask('Abort');
  const zero = await watch.untilShare(canary, 0, patienceMs);
  await asked.answered();
  await agrees(target, patienceMs);
  return zero - asked.at;
}

/** Promotes until the canary holds at a step. */
async function reach(
  { target, asker, watch, patienceMs }: Stage,
  canary: string,
  step: number,
): Promise<void> {
  for (let index = 0; index <= step; index++) {
    await watch.untilShare(canary, stepWeights[index] ?? 0, patienceMs);
    await waitFor(
      `the canary to hold at step ${index}`,
      async () => {
        const row = gatewayRow(await target.kube.get(stackReference(target.stack)));
        const holds = at(row, 'rollout', 'state') === 'Holding' && at(row, 'step') === index;
        return holds ? true : undefined;
      },
      patienceMs,
      50,
    );
    if (index < step) await (await asker.ask('Promote')).answered();
  }
}

/** Status says of the aborted canary what the Envoys do. */
async function agrees(target: Target, deadline: number): Promise<void> {
  await waitFor(
    'status to say that the canary is aborted',
    async () => {
      const row = gatewayRow(await target.kube.get(stackReference(target.stack)));
      return at(row, 'rollout', 'state') === 'Aborted' || at(row, 'rollout', 'ended') === 'Aborted'
        ? true
        : undefined;
    },
    deadline,
    50,
  );
}

function wish(target: Target, version: string): Promise<() => Promise<void>> {
  const steps = stepWeights.map((weight) => ({ weight, hold: { type: 'Approval' } }));
  return setService(target, 'gateway', { version, rollout: { strategy: 'Canary', canary: { steps } } });
}

/** SIGKILL for the operator's process, which is what a pod that is deleted without grace gets. */
async function killOperator({ kube, operator }: Target): Promise<void> {
  const namespace = operator.deployment?.namespace ?? '';
  const pods = await kube.list('v1', 'Pod', { namespace, labels: operatorLabels });
  for (const { metadata } of pods) {
    await kube.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name: metadata.name }, metadata.uid, 0);
  }
}

const operatorLabels = 'app.kubernetes.io/name=ecommercestack-operator,app.kubernetes.io/component=operator';

/** Waits until the gateway's pods are those of one version, and status knows of no rollout. */
export async function untilAlone(target: Target, deadline: number): Promise<KubeObject[]> {
  return waitFor(
    'the gateway to be back at one version',
    async () => {
      const { namespace } = target.stack;
      const pods = await target.kube.list('v1', 'Pod', {
        namespace,
        labels: `app=${serviceRow('gateway').objectName}`,
      });
      const versions = new Set(pods.map(({ metadata }) => metadata.labels?.['version']));
      const row = gatewayRow(await target.kube.get(stackReference(target.stack)));
      return versions.size === 1 && at(row, 'rollout') === undefined ? pods : undefined;
    },
    deadline,
    100,
  );
}

/** The name that the mesh knows a version by. */
export function subsetOf(version: string): string {
  return version.replaceAll('.', '-');
}
