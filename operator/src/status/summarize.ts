import type { EcommerceStack, EcommerceStackStatus } from '../api/ecommercestack.ts';
import {
  actionsGuarded,
  addressOf,
  countServices,
  dataReady,
  describeProblem,
  exposureReady,
  meshConfigured,
  servicesAvailable,
} from './concerns.ts';
import { cut, type Finding, finding, toConditions } from './conditions.ts';
import { desiredOf, type Evidence, liveOf, workloadsOf } from './evidence.ts';
import { rolloutHealthy } from './rollouts.ts';
import { type ServiceStanding, serviceStandings } from './services.ts';

/** Why a stack is not acted on at all. */
export type Halt = { readonly reason: 'InvalidSpec' | 'NamespaceTaken'; readonly message: string };

/** The status of a stack that is acted on: a function of the evidence, equal for equal evidence. */
export function summarize(evidence: Evidence): EcommerceStackStatus {
  const { stack, now } = evidence;
  const standings = serviceStandings(evidence);
  const concerns = [
    dataReady(evidence),
    servicesAvailable(evidence, standings),
    meshConfigured(evidence),
    exposureReady(evidence),
    rolloutHealthy(evidence, standings),
  ];
  const stalled = stalledBy(evidence, concerns, standings);
  const blocking = concerns.find(holdsReady);
  const converged = evidence.pending.length === 0 && evidence.problems.length === 0 && blocking === undefined;
  const { ready, of } = countServices(standings);
  const findings = [
    readyFinding(converged, blocking, stalled, of, evidence),
    reconcilingFinding(evidence, converged, blocking, stalled),
    stalled,
    ...concerns,
    ...actionsGuarded(evidence),
  ];
  return {
    observedGeneration: stack.metadata.generation,
    phase: phaseOf(stack, converged, stalled, standings, concerns),
    summary: { services: `${ready}/${of}`, canary: canarySummary(standings) },
    conditions: toConditions(findings, stack.status?.conditions ?? [], stack.metadata.generation ?? 0, now),
    services: standings.map(({ status }) => status),
    url: urlOf(evidence),
    ...hostsOf(evidence),
  };
}

/** The status of a stack that is left alone; what was reported of its services stays. */
export function summarizeHalt(stack: EcommerceStack, halt: Halt, now: string): EcommerceStackStatus {
  const message = `nothing is done: ${halt.message}`;
  const findings = [
    finding('Ready', halt.reason, halt.message),
    finding('Reconciling', 'Halted', message),
    finding('Stalled', halt.reason, halt.message),
  ];
  const before = stack.status;
  return {
    ...before,
    observedGeneration: stack.metadata.generation,
    phase: 'Stalled',
    conditions: toConditions(findings, before?.conditions ?? [], stack.metadata.generation ?? 0, now),
  };
}

/** Unknown and False hold Ready, apart from what a person chose or has no cure inside the cluster. */
function holdsReady({ status, reason }: Finding): boolean {
  if (status === 'True') return false;
  return !['MeshOff', 'NoController', 'AwaitingApproval', 'Paused', 'Frozen'].includes(reason);
}

function readyFinding(
  converged: boolean,
  blocking: Finding | undefined,
  stalled: Finding,
  services: number,
  evidence: Evidence,
): Finding {
  if (converged) return finding('Ready', 'AllAvailable', `${services} services run`);
  const first = evidence.stack.status?.conditions === undefined;
  if (first) return finding('Ready', 'Reconciling', 'the operator has begun');
  if (stalled.status === 'True') return finding('Ready', 'Degraded', stalled.message);
  if (blocking === undefined) {
    const waiting = evidence.problems[0];
    const what = waiting === undefined ? 'objects are being written' : describeProblem(waiting);
    return finding('Ready', 'Progressing', what);
  }
  const broken = [
    'StoreUnavailable',
    'ServiceUnavailable',
    'CanaryUnavailable',
    'ObjectRefused',
    'RolloutAborted',
  ].includes(blocking.reason);
  return finding('Ready', broken ? 'Degraded' : 'Progressing', `${blocking.type}: ${blocking.message}`);
}

function reconcilingFinding(
  { stack, pending }: Evidence,
  converged: boolean,
  blocking: Finding | undefined,
  stalled: Finding,
): Finding {
  if (stack.spec.paused)
    return finding('Reconciling', 'Paused', 'spec.paused is true: nothing is changed or repaired');
  if (converged) return finding('Reconciling', 'Converged', 'the cluster equals the specification');
  if (stalled.status === 'True' && pending.length === 0)
    return finding('Reconciling', 'Halted', 'a person has to act: see Stalled');
  return finding('Reconciling', 'Converging', blocking?.message ?? 'objects are being written');
}

/** The first thing that waits for a person; what may mend itself is not among them. */
function stalledBy(
  evidence: Evidence,
  concerns: readonly Finding[],
  standings: readonly ServiceStanding[],
): Finding {
  const type = 'Stalled';
  for (const reason of ['NameConflict', 'ObjectRefused'] as const) {
    const problem = evidence.problems.find((candidate) => candidate.reason === reason);
    if (problem !== undefined) return finding(type, reason, describeProblem(problem));
  }
  const [taken] = concerns.filter(({ reason }) => reason === 'HostTaken');
  if (taken !== undefined) return finding(type, 'HostTaken', taken.message);
  for (const reason of [
    'SecretMissing',
    'IstioAbsent',
    'GatewayAPIAbsent',
    'OperatorAbsent',
    'RolloutAborted',
  ] as const) {
    const found = concerns.find((candidate) => candidate.reason === reason);
    if (found !== undefined) return finding(type, reason, found.message);
  }
  const workloads = [
    ...workloadsOf(evidence, 'StatefulSet'),
    ...standings.flatMap(({ workloads: some }) => some),
  ];
  for (const reason of ['ImageNotPulled', 'SecretMissing', 'ConfigurationRefused'] as const) {
    const sick = workloads.find(({ trouble }) => trouble?.reason === reason);
    if (sick?.trouble !== undefined) {
      return finding(type, reason, `${sick.object.metadata.name}: ${sick.trouble.message}`);
    }
  }
  const stuck = workloads.find(({ readiness }) => readiness.stuck);
  if (stuck !== undefined) {
    return finding(
      type,
      'DeadlineExceeded',
      `${stuck.object.metadata.name} made no progress within its deadline`,
    );
  }
  return finding(type, 'NotStalled', 'nothing waits for a person');
}

function phaseOf(
  stack: EcommerceStack,
  converged: boolean,
  stalled: Finding,
  standings: readonly ServiceStanding[],
  concerns: readonly Finding[],
): string {
  if (stack.spec.paused) return 'Paused';
  if (stalled.status === 'True') return 'Stalled';
  if (standings.some(({ canary }) => canary !== undefined)) return 'Canary';
  if (converged) return 'Ready';
  return concerns.some(({ reason }) => reason.endsWith('Unavailable')) ? 'Degraded' : 'Progressing';
}

function canarySummary(standings: readonly ServiceStanding[]): string | undefined {
  const texts = standings.flatMap(({ status, canary }) =>
    canary === undefined ? [] : [`${status.name} ${canary.weight}%`],
  );
  return texts.length === 0 ? undefined : cut(texts.join(', '), 253);
}

/** The hosts that the stack has for its own, which is what keeps others from taking them. */
function hostsOf({ completed: { exposure } }: Evidence): { hosts?: string[] } {
  return exposure.type === 'None' || exposure.hosts.length === 0 ? {} : { hosts: [...exposure.hosts] };
}

function urlOf(evidence: Evidence): string | undefined {
  const { exposure } = evidence.completed;
  const scheme = exposure.tls === undefined ? 'http' : 'https';
  const host = exposure.hosts.find((name) => !name.startsWith('*'));
  if (host !== undefined && exposure.type !== 'None') return `${scheme}://${host}/`;
  const [ingress] = desiredOf(evidence, 'Ingress');
  const live = ingress && liveOf(evidence, ingress);
  const address = live && addressOf(live);
  return address && `${scheme}://${address}/`;
}
