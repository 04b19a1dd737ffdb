import type { CompletedStack, CompletedWorkload } from '../api/completed.ts';
import type { EcommerceStackStatus, ServiceStatus } from '../api/ecommercestack.ts';
import type { KubernetesObject } from '../api/object.ts';
import { workloadsOf } from '../desired/intent.ts';
import { labelKeys } from '../desired/labels.ts';
import { revisionHash } from '../desired/revision.ts';
import { secretsRead } from '../desired/secrets-read.ts';
import { workloadReadiness } from '../status/readiness.ts';
import { provenRevisions } from '../status/services.ts';
import { advance } from './advance.ts';
import type { DeploymentSeen, RolloutDecision, RolloutMemory } from './decision.ts';
import { decideRestart, type RestartMemory, type SecretLookUp } from './restart.ts';

/** Decides every workload of a stack: what status remembers, what the stack wants and what lives. */
export function decideRollouts(
  stack: CompletedStack,
  status: EcommerceStackStatus | undefined,
  children: readonly KubernetesObject[],
  secret: SecretLookUp,
): RolloutDecision[] {
  const deployments = children.filter(({ kind }) => kind === 'Deployment');
  return workloadsOf(stack).map(({ name, workload, intent }) => {
    const mine = deployments.filter(({ metadata }) => metadata.labels?.[labelKeys.service] === name);
    const wish = {
      service: name,
      object: workload.objectName,
      revision: revisionHash(intent),
      strategy: workload.rollout.strategy,
      replicas: wantedReplicas(workload, mine),
      weight: wantedWeight(workload),
      paused: stack.paused || workload.rollout.paused,
    };
    const before = status?.services?.find((service) => service.name === name);
    const { onSecretChange } = workload.rollout;
    const restart = decideRestart(
      { onSecretChange, reads: secretsRead(stack, intent), secret },
      { secrets: before?.secrets, restart: before?.restart },
    );
    return { ...advance(wish, memoryOf(before), mine.map(toSeen)), ...restart };
  });
}

/** What one service's status remembers of its rollout. */
export function memoryOf(service: ServiceStatus | undefined): RolloutMemory {
  return {
    stableRevision: service?.stableRevision,
    canaryRevision: service?.canaryRevision,
    desiredWeight: service?.desiredWeight,
    proven: provenRevisions(service),
  };
}

/** Whether status already says what was decided: then it need not be written before acting. */
export function isRemembered(
  decisions: readonly RolloutDecision[],
  status: EcommerceStackStatus | undefined,
): boolean {
  return decisions.every((decision) => {
    const memory = status?.services?.find(({ name }) => name === decision.service);
    return (
      memory?.revision === decision.revision &&
      memory.stableRevision === decision.stable.revision &&
      memory.canaryRevision === decision.canary?.revision &&
      memory.desiredWeight === (decision.canary && decision.desiredWeight) &&
      memory.restart === decision.restart &&
      sameSecrets(memory.secrets, decision.secrets)
    );
  });
}

function sameSecrets(one: RestartMemory['secrets'] = [], other: RestartMemory['secrets'] = []): boolean {
  const versions = new Map(one.map(({ name, version }) => [name, version]));
  return one.length === other.length && other.every(({ name, version }) => versions.get(name) === version);
}

/** A held weight wins over the steps, of which the first one is held. */
function wantedWeight({ rollout }: CompletedWorkload): number {
  return rollout.canary?.weight ?? rollout.canary?.steps?.[0]?.weight ?? 0;
}

/** An autoscaler's number counts once it has chosen one. */
function wantedReplicas(workload: CompletedWorkload, deployments: readonly KubernetesObject[]): number {
  const stable = deployments.find(({ metadata }) => metadata.labels?.[labelKeys.role] !== 'canary');
  if (workload.autoscaling === undefined || stable === undefined) return workload.replicas;
  return workloadReadiness(stable).wanted;
}

function toSeen(deployment: KubernetesObject): DeploymentSeen {
  const { name, labels } = deployment.metadata;
  const role = labels?.[labelKeys.role];
  const { ready, settled } = workloadReadiness(deployment);
  return {
    revision: labels?.[labelKeys.revision] ?? '',
    deployment: name,
    ...((role === 'stable' || role === 'canary') && { role }),
    ready,
    settled,
  };
}
