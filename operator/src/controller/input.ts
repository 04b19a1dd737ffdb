import type { CompletedStack } from '../api/completed.ts';
import type { EcommerceStackStatus } from '../api/ecommercestack.ts';
import type { Observed } from '../cluster/observe.ts';
import type { StackInput } from '../desired/input.ts';
import { recordedRevisions } from '../desired/revision.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import { workloadReadiness } from '../status/readiness.ts';

/** What builders build from: the stack, the decisions and what lives. */
export function inputOf(
  stack: CompletedStack,
  status: EcommerceStackStatus | undefined,
  seen: Observed,
  decisions: readonly RolloutDecision[],
): StackInput {
  const deployments = seen.children.filter(({ kind }) => kind === 'Deployment');
  return {
    stack,
    capabilities: seen.capabilities,
    rollouts: decisions,
    revisions: recordedRevisions(seen.children),
    history: Object.fromEntries(
      (status?.services ?? []).map(({ name, history }) => [
        name,
        [...new Set((history ?? []).map(({ revision }) => revision))],
      ]),
    ),
    autoscaled: new Set(
      deployments
        .filter(({ metadata }) => (metadata.managedFields ?? []).length > 0)
        .map(({ metadata }) => metadata.name),
    ),
    readyPods: Object.fromEntries(
      deployments.map((deployment) => [deployment.metadata.name, workloadReadiness(deployment).ready]),
    ),
  };
}
