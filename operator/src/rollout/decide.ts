import type { Canary, CompletedStack, CompletedWorkload } from '../api/completed.ts';
import { toSeconds } from '../api/duration.ts';
import type { EcommerceStackStatus, ServiceStatus } from '../api/ecommercestack.ts';
import { canonicalJson } from '../api/hash.ts';
import type { KubernetesObject } from '../api/object.ts';
import { parseQuantity } from '../api/quantity.ts';
import { type Workload, workloadsOf } from '../desired/intent.ts';
import { labelKeys } from '../desired/labels.ts';
import { recordedRevisions, revisionHash } from '../desired/revision.ts';
import { secretsRead } from '../desired/secrets-read.ts';
import { workloadReadiness } from '../status/readiness.ts';
import type { MetricBounds, Round } from './analysis.ts';
import type { RolloutDecision } from './decision.ts';
import { type ActionsByService, unsplit } from './joint.ts';
import { step } from './machine.ts';
import { memoryOf, toStatus } from './memory.ts';
import { decideRestart, type RestartMemory, type SecretLookUp } from './restart.ts';
import type { Answer, DeploymentSeen, RolloutSeen, RolloutWish, Weights } from './seen.ts';
import { freezeAt } from './windows.ts';

/** What decisions depend on besides the stack, its status and its children. */
export type RolloutWorld = {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly secret: SecretLookUp;
  readonly confirmation: (workload: Workload, weights: Weights) => Answer;
  /** Unanswered actions by service. */
  readonly actions: ActionsByService;
  /** Newest measurements by service. */
  readonly rounds: Readonly<Record<string, Round>>;
  /** Whether admission checks who writes actions. */
  readonly guarded: boolean;
};

/** Decides every workload of a stack: what status remembers, what the stack wants and what lives. */
export function decideRollouts(
  stack: CompletedStack,
  status: EcommerceStackStatus | undefined,
  children: readonly KubernetesObject[],
  world: RolloutWorld,
): RolloutDecision[] {
  const decisions = decideEach(stack, status, children, world);
  const actions = unsplit(world.actions, decisions);
  return actions === undefined ? decisions : decideRollouts(stack, status, children, { ...world, actions });
}

function decideEach(
  stack: CompletedStack,
  status: EcommerceStackStatus | undefined,
  children: readonly KubernetesObject[],
  world: RolloutWorld,
): RolloutDecision[] {
  const freeze = freezeAt(stack.release.windows, world.now);
  return workloadsOf(stack).map((workload) => {
    const { name, intent } = workload;
    const mine = children.filter(({ metadata }) => metadata.labels?.[labelKeys.service] === name);
    const deployments = mine.filter(({ kind }) => kind === 'Deployment');
    const wish: RolloutWish = {
      ...wishOf(workload, deployments),
      stackPaused: stack.paused,
      ...(freeze && { freeze }),
      guarded: world.guarded,
    };
    const before = status?.services?.find((service) => service.name === name);
    const restart = decideRestart(
      {
        onSecretChange: workload.workload.rollout.onSecretChange,
        reads: secretsRead(stack, intent),
        secret: world.secret,
      },
      { secrets: before?.secrets, restart: before?.restart },
    );
    const seen = seenOf(workload, before, mine, deployments, world);
    return { ...step(memoryOf(before), wish, seen, world.now), ...restart };
  });
}

function seenOf(
  workload: Workload,
  before: ServiceStatus | undefined,
  mine: readonly KubernetesObject[],
  deployments: readonly KubernetesObject[],
  world: RolloutWorld,
): RolloutSeen {
  const actions = world.actions[workload.name] ?? [];
  const round = world.rounds[workload.name];
  // Reading the records costs a hash each, and a service at rest needs none.
  const asks = before?.rollout !== undefined || before?.pin !== undefined || actions.length > 0;
  return {
    deployments: deployments.map(toSeen),
    confirmation: (weights) => world.confirmation(workload, weights),
    actions,
    recorded: asks ? Object.keys(recordedRevisions(mine)) : [],
    ...(round && { round }),
  };
}

function wishOf(
  { name, workload, intent }: Workload,
  deployments: readonly KubernetesObject[],
): Omit<RolloutWish, 'stackPaused' | 'freeze' | 'guarded'> {
  const { strategy, canary, paused, progressDeadlineSeconds } = workload.rollout;
  return {
    service: name,
    object: workload.objectName,
    revision: revisionHash(intent),
    strategy,
    replicas: wantedReplicas(workload, deployments),
    steps: (canary?.steps ?? []).map(({ weight, hold }) => ({
      weight,
      ...(hold.type === 'Duration' && { holdSeconds: toSeconds(hold.duration ?? '0s') }),
    })),
    ...(canary?.weight !== undefined && { weight: canary.weight }),
    paused,
    metrics: (canary?.analysis?.metrics ?? []).map(boundsOf),
    failureLimit: canary?.analysis?.failureLimit ?? 0,
    deadlineSeconds: progressDeadlineSeconds,
  };
}

type Metric = NonNullable<Canary['analysis']>['metrics'][number];

function boundsOf({ name, min, max, failBelow, failAbove, compare, onFailure }: Metric): MetricBounds {
  const number = (amount: number | string): number => Number(parseQuantity(amount) ?? 0n) / 1e9;
  return {
    ...{ name, onFailure },
    ...(min !== undefined && { min: number(min) }),
    ...(max !== undefined && { max: number(max) }),
    ...(failBelow !== undefined && { failBelow: number(failBelow) }),
    ...(failAbove !== undefined && { failAbove: number(failAbove) }),
    ...(compare !== 'None' && { compare }),
  };
}

/** Whether status already says what was decided: then it need not be written before acting. */
export function isRemembered(
  decisions: readonly RolloutDecision[],
  status: EcommerceStackStatus | undefined,
): boolean {
  return decisions.every((decision) => {
    const before = status?.services?.find(({ name }) => name === decision.service);
    if (before === undefined || decision.turn === undefined) return false;
    return (
      before.revision === decision.revision &&
      canonicalJson(toStatus(decision.turn.memory)) === canonicalJson(toStatus(memoryOf(before))) &&
      before.restart === decision.restart &&
      sameSecrets(before.secrets, decision.secrets)
    );
  });
}

function sameSecrets(one: RestartMemory['secrets'] = [], other: RestartMemory['secrets'] = []): boolean {
  const versions = new Map(one.map(({ name, version }) => [name, version]));
  return one.length === other.length && other.every(({ name, version }) => versions.get(name) === version);
}

/** An autoscaler's number counts once it has chosen one. */
function wantedReplicas(workload: CompletedWorkload, deployments: readonly KubernetesObject[]): number {
  const stable = deployments.find(({ metadata }) => metadata.labels?.[labelKeys.role] === 'stable');
  if (workload.autoscaling === undefined || stable === undefined) return workload.replicas;
  return Math.max(workload.replicas, workloadReadiness(stable).wanted);
}

function toSeen(deployment: KubernetesObject): DeploymentSeen {
  const { name, labels } = deployment.metadata;
  const role = labels?.[labelKeys.role];
  const { ready, settled, wanted, pods } = workloadReadiness(deployment);
  return {
    revision: labels?.[labelKeys.revision] ?? '',
    deployment: name,
    ...((role === 'stable' || role === 'canary' || role === 'leaving') && { role }),
    wanted,
    pods,
    ready,
    settled,
  };
}
