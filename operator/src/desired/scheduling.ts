import type { CompletedPod } from '../api/completed.ts';
import { labelKeys } from './labels.ts';
import type { RevisionIntent } from './revision.ts';

type PodAffinity = NonNullable<NonNullable<CompletedPod['affinity']>['podAffinity']>;
type PodTerm = NonNullable<PodAffinity['requiredDuringSchedulingIgnoredDuringExecution']>[number];

/** Where the pods of one Deployment may run; selectors that the stack leaves out mean the pods of the service. */
export function buildScheduling(intent: RevisionIntent, deployment: string): Record<string, unknown> {
  const { nodeSelector, tolerations, affinity, priorityClassName, topologySpreadConstraints } = intent.pod;
  const ownPods = { matchLabels: { app: intent.object, [labelKeys.deployment]: deployment } };
  return {
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(affinity && { affinity: withSelectors(affinity, intent.object) }),
    ...(priorityClassName && { priorityClassName }),
    ...(topologySpreadConstraints.length > 0 && {
      topologySpreadConstraints: topologySpreadConstraints.map((constraint) => ({
        ...constraint,
        labelSelector: ownPods,
      })),
    }),
  };
}

function withSelectors(
  affinity: NonNullable<CompletedPod['affinity']>,
  app: string,
): Record<string, unknown> {
  const { podAffinity, podAntiAffinity, ...others } = affinity;
  return {
    ...others,
    ...(podAffinity && { podAffinity: withSelector(podAffinity, app) }),
    ...(podAntiAffinity && { podAntiAffinity: withSelector(podAntiAffinity, app) }),
  };
}

function withSelector(terms: PodAffinity, app: string): Record<string, unknown> {
  const complete = (term: PodTerm) => ({ labelSelector: { matchLabels: { app } }, ...term });
  const required = terms.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = terms.preferredDuringSchedulingIgnoredDuringExecution;
  return {
    ...(required && { requiredDuringSchedulingIgnoredDuringExecution: required.map(complete) }),
    ...(preferred && {
      preferredDuringSchedulingIgnoredDuringExecution: preferred.map(({ weight, podAffinityTerm }) => ({
        weight,
        podAffinityTerm: complete(podAffinityTerm),
      })),
    }),
  };
}
