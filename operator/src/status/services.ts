import type { ServiceStatus } from '../api/ecommercestack.ts';
import type { KubernetesObject } from '../api/object.ts';
import { labelKeys } from '../desired/labels.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import { isTried, toStatus } from '../rollout/memory.ts';
import type { Standing } from '../rollout/standing.ts';
import { cut } from './conditions.ts';
import { type Evidence, type Workload, workloadsOf } from './evidence.ts';
import { historyOf } from './history.ts';

/** One service (or the monolith) as conditions need it. */
export type ServiceStanding = {
  readonly status: ServiceStatus;
  /** Names of the services that its pods serve: itself, or all that the monolith hosts. */
  readonly serves: readonly string[];
  readonly available: boolean;
  readonly canary?: {
    readonly workload: Workload | undefined;
    readonly weight: number;
    readonly desired: number;
  };
  /** What is wrong with its pods. */
  readonly trouble?: string;
  /** How its rollout stands. */
  readonly rollout: Standing;
  readonly workloads: readonly Workload[];
};

const servesPrefix = 'ecommercestack.dev/serves-';

/** How each service stands, in the order of the decisions. */
export function serviceStandings(evidence: Evidence): ServiceStanding[] {
  const workloads = workloadsOf(evidence, 'Deployment');
  return evidence.decisions.map((decision) => standingOf(evidence, decision, workloads));
}

function standingOf(
  evidence: Evidence,
  decision: RolloutDecision,
  workloads: readonly Workload[],
): ServiceStanding {
  const find = (name: string): Workload | undefined =>
    workloads.find(({ object }) => object.metadata.name === name);
  const stable = find(decision.stable.deployment);
  const canary = decision.canary && find(decision.canary.deployment);
  const mine = [stable, canary].filter((workload) => workload !== undefined);
  const available = stable?.readiness.settled === true;
  const before = evidence.stack.status?.services?.find(({ name }) => name === decision.service);
  const { turn } = decision;
  const rollout = turn?.standing ?? alone;
  const trouble = mine.map((workload) => workload.trouble?.message).find((text) => text !== undefined);
  const message = trouble ?? (rollout.code === 'Alone' ? undefined : rollout.message);
  return {
    rollout,
    ...(trouble !== undefined && { trouble: cut(trouble) }),
    serves: servedBy(stable?.object, decision.service),
    available,
    workloads: mine,
    ...(decision.canary && {
      canary: { workload: canary, weight: decision.canary.weight, desired: decision.desiredWeight },
    }),
    status: {
      ...before,
      name: decision.service,
      version: versionOf((canary ?? stable)?.object) ?? before?.version,
      revision: decision.revision,
      ...(turn && toStatus(turn.memory)),
      weight: appliedWeight(decision, before),
      phase: phaseOf(decision, rollout, stable, canary),
      readyReplicas: mine.reduce((sum, { readiness }) => sum + readiness.ready, 0),
      secrets: decision.secrets && [...decision.secrets],
      restart: decision.restart,
      history: historyOf(before?.history, {
        endings: turn?.endings ?? [],
        stableRevision: decision.stable.revision,
        available,
        versionOf: (revision) =>
          (revision === decision.stable.revision ? versionOf(stable?.object) : undefined) ??
          versionIn(evidence, revision) ??
          before?.version ??
          '',
        at: evidence.now,
      }),
      message: message && cut(message),
    },
  };
}

const alone: Standing = { code: 'Alone', message: 'one revision runs' };

/** The percent that the proxies have: the decided one once they have it, until then the one before. */
function appliedWeight({ turn }: RolloutDecision, before: ServiceStatus | undefined): number | undefined {
  const attempt = turn?.memory.attempt;
  const shown = isTried(attempt) || attempt?.state === 'Reverting';
  if (!shown || turn?.confirmation === 'Unknown') return undefined;
  return turn?.confirmation === 'Confirmed' ? attempt.given : (before?.weight ?? 0);
}

function versionIn(evidence: Evidence, revision: string): string | undefined {
  const runs = ({ kind, metadata }: KubernetesObject): boolean =>
    kind === 'Deployment' && metadata.labels?.[labelKeys.revision] === revision;
  return versionOf(evidence.desired.find(runs) ?? evidence.seen.find(runs));
}

function servedBy(deployment: KubernetesObject | undefined, service: string): string[] {
  // A Deployment that our own builder made: the template's labels are where it puts them.
  const spec = deployment?.['spec'] as
    | { readonly template?: { readonly metadata?: { readonly labels?: Record<string, string> } } }
    | undefined;
  const served = Object.keys(spec?.template?.metadata?.labels ?? {})
    .filter((label) => label.startsWith(servesPrefix))
    .map((label) => label.slice(servesPrefix.length));
  return served.length > 0 ? served : [service];
}

function versionOf(deployment: KubernetesObject | undefined): string | undefined {
  return deployment?.metadata.labels?.['version'];
}

const phases: Partial<Record<Standing['code'], string>> = {
  Paused: 'Paused',
  Frozen: 'Frozen',
  Keeping: 'Promoted',
  Leaving: 'Withdrawing',
  Aborted: 'Aborted',
};

function phaseOf(
  decision: RolloutDecision,
  rollout: Standing,
  stable: Workload | undefined,
  canary: Workload | undefined,
): string {
  if (stable?.trouble !== undefined || canary?.trouble !== undefined || stable?.readiness.stuck === true) {
    return 'Degraded';
  }
  if (stable?.readiness.settled !== true) return 'Progressing';
  return phases[rollout.code] ?? (decision.canary === undefined ? 'Available' : 'Canary');
}
