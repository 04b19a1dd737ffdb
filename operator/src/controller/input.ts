import type { CompletedStack } from '../api/completed.ts';
import type { EcommerceStackStatus } from '../api/ecommercestack.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { Observed } from '../cluster/observe.ts';
import type { StackInput } from '../desired/input.ts';
import { managerName } from '../desired/labels.ts';
import { type RevisionIntent, recordedRevisions } from '../desired/revision.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import type { RevisionPlace } from '../rollout/seen.ts';
import { workloadReadiness } from '../status/readiness.ts';

/** What builders build from: the stack, the decisions and what lives. */
export function inputOf(
  stack: CompletedStack,
  status: EcommerceStackStatus | undefined,
  seen: Observed,
  decisions: readonly RolloutDecision[],
  remembered: Readonly<Record<string, RevisionIntent>> = {},
): StackInput {
  const deployments = seen.children.filter(({ kind }) => kind === 'Deployment');
  return {
    stack,
    capabilities: seen.capabilities,
    rollouts: decisions,
    revisions: { ...remembered, ...recordedRevisions(seen.children) },
    history: Object.fromEntries(
      decisions.map(({ service, retiring }) => [service, keptRevisions(status, service, retiring)]),
    ),
    autoscaled: new Set(deployments.filter(isScaledByOthers).map(({ metadata }) => metadata.name)),
    readyPods: Object.fromEntries(
      deployments.map((deployment) => [deployment.metadata.name, workloadReadiness(deployment).ready]),
    ),
  };
}

/** Revisions whose record is kept: those that still have pods, the last canary, then the finished ones, newest first. */
function keptRevisions(
  status: EcommerceStackStatus | undefined,
  service: string,
  retiring: readonly RevisionPlace[],
): string[] {
  const known = status?.services?.find(({ name }) => name === service);
  const named = [known?.pin?.revision, known?.rollout?.revision, known?.canaryRevision];
  return [
    ...new Set([
      ...retiring.map(({ revision }) => revision),
      ...named.filter((revision) => revision !== undefined),
      ...(known?.history ?? []).map(({ revision }) => revision),
    ]),
  ];
}

/** Informers keep, of a Deployment's field managers, those that set its number of pods. */
function isScaledByOthers({ metadata }: KubernetesObject): boolean {
  return (metadata.managedFields ?? []).some(({ manager }) => manager !== managerName);
}
