import type { ServiceStatus } from '../api/ecommercestack.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import { cut } from './conditions.ts';
import { type Evidence, type Workload, workloadsOf } from './evidence.ts';

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
  readonly workloads: readonly Workload[];
};

const historyLimit = 10;
const servesPrefix = 'ecommercestack.dev/serves-';

/** How each service stands, in the order of the decisions. */
export function serviceStandings(evidence: Evidence): ServiceStanding[] {
  const workloads = workloadsOf(evidence, 'Deployment');
  return evidence.decisions.map((decision) => standingOf(evidence, decision, workloads));
}

/** Revisions of a service that once ran with all their pods available. */
export function provenRevisions(service: ServiceStatus | undefined): string[] {
  return (service?.history ?? [])
    .filter(({ result }) => result === 'Promoted')
    .map(({ revision }) => revision);
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
  const routed = evidence.problems.length === 0;
  const message = mine.map(({ trouble }) => trouble?.message).find((text) => text !== undefined);
  return {
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
      stableRevision: decision.stable.revision,
      canaryRevision: decision.canary?.revision,
      desiredWeight: decision.canary && decision.desiredWeight,
      weight: decision.canary && (routed ? decision.canary.weight : before?.weight),
      phase: phaseOf(decision, stable, canary),
      readyReplicas: mine.reduce((sum, { readiness }) => sum + readiness.ready, 0),
      secrets: decision.secrets && [...decision.secrets],
      restart: decision.restart,
      history: historyOf(before, decision, available, versionOf(stable?.object), evidence.now),
      message: message && cut(message),
    },
  };
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

function phaseOf(
  decision: RolloutDecision,
  stable: Workload | undefined,
  canary: Workload | undefined,
): string {
  if (stable?.trouble !== undefined || canary?.trouble !== undefined || stable?.readiness.stuck === true) {
    return 'Degraded';
  }
  if (stable?.readiness.settled !== true) return 'Progressing';
  return decision.canary === undefined ? 'Available' : 'Canary';
}

/** A revision that runs whole is entered once; a canary that went away without promotion is entered as it ended. */
function historyOf(
  before: ServiceStatus | undefined,
  decision: RolloutDecision,
  available: boolean,
  version: string | undefined,
  at: string,
): ServiceStatus['history'] {
  let history = before?.history ?? [];
  const gone = before?.canaryRevision;
  const { revision } = decision.stable;
  if (gone !== undefined && gone !== decision.canary?.revision && gone !== revision) {
    const result = decision.canary === undefined ? 'Aborted' : 'Superseded';
    history = [{ revision: gone, version: before?.version ?? '', result, at }, ...history];
  }
  const last = history.find(({ result }) => result === 'Promoted');
  if (available && last?.revision !== revision) {
    history = [{ revision, version: version ?? '', result: 'Promoted', at }, ...history];
  }
  return history.length === 0 ? undefined : trimmed(history, revision);
}

/** The newest entries; the one that proves the stable revision stays whatever its age. */
function trimmed(
  history: NonNullable<ServiceStatus['history']>,
  stable: string,
): NonNullable<ServiceStatus['history']> {
  if (history.length <= historyLimit) return history;
  const newest = history.slice(0, historyLimit);
  const proof = history.find(({ revision, result }) => revision === stable && result === 'Promoted');
  return proof === undefined || newest.includes(proof) ? newest : [...newest.slice(0, -1), proof];
}
