import { canaryReplicas, weightLimit } from './capacity.ts';
import type {
  CanaryDecision,
  DeploymentSeen,
  RevisionPlace,
  RolloutDecision,
  RolloutMemory,
  RolloutWish,
} from './decision.ts';

/**
 * Decides what runs and who gets the traffic, from the wish, what status remembers and what lives.
 *
 * Rolling promotes at once: the stable Deployment takes the new revision. Canary keeps the stable revision and gives
 * the new one the weight asked for, as far as its ready pods carry it; no weight promotes it, not even 100. A wish that
 * equals the stable revision withdraws the canary. The same inputs give the same decision.
 */
export function advance(
  wish: RolloutWish,
  memory: RolloutMemory,
  seen: readonly DeploymentSeen[],
): RolloutDecision {
  const living = livingStable(memory, seen);
  const stableRevision = memory.stableRevision ?? living?.revision;
  const held = stableRevision !== undefined && holdsStable(wish, memory, stableRevision, living);
  const stable = {
    revision: held ? stableRevision : wish.revision,
    deployment: living?.deployment ?? wish.object,
  };
  const canary = held ? decideCanary(wish, memory, stable, seen, living) : undefined;
  const retiring = seen
    .filter(({ deployment }) => deployment !== stable.deployment && deployment !== canary?.deployment)
    .map(({ revision, deployment }) => ({ revision, deployment }));
  const withdrawing = retiring.length > 0 && wish.revision === stableRevision;
  return {
    service: wish.service,
    revision: wish.revision,
    stable,
    ...(canary && { canary }),
    retiring,
    route: routeOf(canary, withdrawing, living?.ready ?? 0),
    desiredWeight: canary === undefined ? 0 : desiredWeight(wish, memory),
  };
}

/**
 * A new revision waits beside the stable one only under Canary, and only where the stable one once ran whole: there
 * is nothing to compare with a revision that never came up, so its successor replaces it.
 */
function holdsStable(
  wish: RolloutWish,
  memory: RolloutMemory,
  stableRevision: string,
  living: DeploymentSeen | undefined,
): boolean {
  if (wish.revision === stableRevision) return false;
  if (wish.strategy === 'Rolling') return false;
  const restored = memory.stableRevision === undefined && living?.settled === true;
  return restored || memory.canaryRevision !== undefined || memory.proven.includes(stableRevision);
}

/** The stable Deployment: the one that runs the remembered revision, else the one that carries the role. */
function livingStable(memory: RolloutMemory, seen: readonly DeploymentSeen[]): DeploymentSeen | undefined {
  const stable = seen.filter(({ role }) => role !== 'canary');
  return stable.find(({ revision }) => revision === memory.stableRevision) ?? stable[0];
}

function decideCanary(
  wish: RolloutWish,
  memory: RolloutMemory,
  stable: RevisionPlace,
  seen: readonly DeploymentSeen[],
  living: DeploymentSeen | undefined,
): CanaryDecision {
  const own = `${wish.object}-${wish.revision}`;
  const deployment = own === stable.deployment ? wish.object : own;
  const pods = seen.find(
    (candidate) => candidate.deployment === deployment && candidate.revision === wish.revision,
  );
  const asked = desiredWeight(wish, memory);
  const limit = weightLimit(pods?.ready ?? 0, living?.ready ?? 0, wish.replicas);
  return {
    revision: wish.revision,
    deployment,
    replicas: canaryReplicas(wish.replicas, asked),
    weight: Math.min(asked, limit),
  };
}

/** A pause keeps the weight that was decided before it; only a smaller one still passes. */
function desiredWeight(wish: RolloutWish, memory: RolloutMemory): number {
  if (!wish.paused) return wish.weight;
  const before = memory.canaryRevision === wish.revision ? (memory.desiredWeight ?? 0) : 0;
  return Math.min(wish.weight, before);
}

/**
 * While a canary lives, or a withdrawn one still has pods, the route is pinned to subsets: the Service's own selector
 * reaches every revision. A stable revision without ready pods is left for a canary that has earned traffic.
 */
function routeOf(
  canary: CanaryDecision | undefined,
  withdrawing: boolean,
  stableReady: number,
): RolloutDecision['route'] {
  if (canary === undefined) return withdrawing && stableReady > 0 ? 'Stable' : 'Host';
  if (canary.weight === 0) return 'Stable';
  return canary.weight === 100 || stableReady === 0 ? 'Canary' : 'Split';
}
