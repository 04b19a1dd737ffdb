import type { CompletedStack } from '../api/completed.ts';
import type { Changes } from '../cluster/apply.ts';
import type { RolloutDecision } from '../rollout/decision.ts';

const routeKinds = new Set(['VirtualService', 'HTTPRoute']);

/**
 * The changes that a stack lets through. A paused one lets nothing pass but routes that take a canary's traffic away:
 * what is broken must be able to stop serving whatever else is held.
 */
export function allowed(
  stack: CompletedStack,
  changes: Changes,
  decisions: readonly RolloutDecision[],
): Changes {
  if (!stack.paused) return changes;
  const withdrawing = decisions.some(({ route }) => route === 'Stable');
  return {
    apply: withdrawing ? changes.apply.filter(({ kind }) => routeKinds.has(kind)) : [],
    prune: [],
  };
}
