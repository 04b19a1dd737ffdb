import type { CompletedStack } from '../api/completed.ts';
import { toSeconds } from '../api/duration.ts';
import type { EcommerceStackStatus } from '../api/ecommercestack.ts';
import type { KubernetesObject } from '../api/object.ts';
import { type Workload, workloadsOf } from '../desired/intent.ts';
import { labelKeys } from '../desired/labels.ts';
import { filledQuery } from '../measurement/query.ts';
import type { MetricRecord } from '../rollout/analysis.ts';
import { isTried, memoryOf } from '../rollout/memory.ts';

/** What tells whether and how canaries are measured. */
export type AnalysisView = {
  readonly stack: CompletedStack;
  readonly status: EcommerceStackStatus | undefined;
  readonly children: readonly KubernetesObject[];
};

/** One metric of one canary, as its provider is asked. */
export type Look = {
  readonly name: string;
  readonly provider: string;
  readonly query: string;
  /** The same question about the stable revision, for a metric that compares. */
  readonly baselineQuery?: string;
};

/** A canary to measure. */
export type Subject = {
  readonly service: string;
  readonly rolloutID: string;
  readonly intervalMs: number;
  readonly looks: readonly Look[];
  /** What status remembers of it. */
  readonly records: readonly MetricRecord[];
};

/** The canaries that get traffic and have metrics: without traffic there is nothing to measure. */
export function looksAt(view: AnalysisView): Subject[] {
  return workloadsOf(view.stack).flatMap((workload) => subjectOf(view, workload) ?? []);
}

function subjectOf(
  { stack, status, children }: AnalysisView,
  { name, workload }: Workload,
): Subject | undefined {
  const { analysis } = workload.rollout.canary ?? {};
  const memory = memoryOf(status?.services?.find((service) => service.name === name));
  const { attempt, rolloutID, stableRevision, pin } = memory;
  if (analysis === undefined || rolloutID === undefined || pin !== undefined) return undefined;
  if (!isTried(attempt) || attempt.given === 0) return undefined;
  const fill = (query: string, revision: string) =>
    filledQuery(query, {
      ...{ service: name, revision, deployment: deploymentOf(children, name, revision) },
      ...{ stack: stack.metadata.name, namespace: stack.metadata.namespace },
    });
  return {
    ...{ service: name, rolloutID, intervalMs: toSeconds(analysis.interval) * 1000 },
    looks: analysis.metrics.map((metric) => ({
      ...{ name: metric.name, provider: metric.provider, query: fill(metric.query, attempt.revision) },
      ...(metric.compare !== 'None' && { baselineQuery: fill(metric.query, stableRevision ?? '') }),
    })),
    records: attempt.analysis ?? [],
  };
}

function deploymentOf(children: readonly KubernetesObject[], service: string, revision: string): string {
  const found = children.find(
    ({ kind, metadata: { labels } }) =>
      kind === 'Deployment' &&
      labels?.[labelKeys.service] === service &&
      labels[labelKeys.revision] === revision,
  );
  return found?.metadata.name ?? '';
}
