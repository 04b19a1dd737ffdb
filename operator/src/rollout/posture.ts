import { names } from '../desired/names.ts';
import { canaryReplicas } from './capacity.ts';
import type { CanaryDecision, LeavingPlace, RolloutDecision } from './decision.ts';
import type { Facts } from './facts.ts';
import { type Attempt, isTried, type RolloutMemory } from './memory.ts';
import type { DeploymentSeen, RevisionPlace, RolloutSeen } from './seen.ts';

/** What to build in the state that memory is in; `still` says that the proxies have it and that nothing changed. */
export function decisionOf(
  memory: RolloutMemory,
  facts: Facts,
  seen: RolloutSeen,
  still: boolean,
): RolloutDecision {
  const { attempt } = memory;
  const { wish } = facts;
  const taken = seen.deployments.filter((one) => one !== facts.stable).map(({ deployment }) => deployment);
  const stable: RevisionPlace = {
    revision: facts.stableRevision,
    deployment:
      facts.stable?.deployment ??
      freeName([wish.object, names.canaryDeployment(wish.object, facts.stableRevision)], taken),
  };
  const canary = attempt && canaryOf(attempt, facts, stable);
  const strays = seen.deployments.filter(
    (one) => one.deployment !== stable.deployment && one !== facts.other,
  );
  const kept = still && facts.stableReady > 0 ? [] : strays.filter(({ pods }) => pods > 0);
  const own = canary === undefined && attempt && facts.other ? leavingOf(attempt, facts.other, facts) : [];
  const leaving = [...own, ...kept.map((one) => placeOf(one, one.wanted))];
  const built = new Set([stable, ...(canary ? [canary] : []), ...leaving].map((one) => one.deployment));
  const retiring = seen.deployments
    .filter(({ deployment }) => !built.has(deployment))
    .map(({ revision, deployment }) => ({ revision, deployment }));
  return {
    service: wish.service,
    revision: wish.revision,
    stable,
    ...(canary && { canary }),
    ...(leaving.length > 0 && { leaving }),
    ...(attempt?.state === 'Pinning' && { coming: attempt.revision }),
    retiring,
    route: routeOf(attempt),
    desiredWeight: isTried(attempt) ? attempt.desired : 0,
  };
}

function canaryOf(attempt: Attempt, facts: Facts, stable: RevisionPlace): CanaryDecision | undefined {
  const { wish, other } = facts;
  const { state, revision, given, desired } = attempt;
  const helps = state === 'Keeping' && given > 0;
  if (!helps && (!isTried(attempt) || state === 'Pinning')) return undefined;
  const own = names.canaryDeployment(wish.object, revision);
  const needed = canaryReplicas(wish.replicas, helps ? 100 : desired);
  return {
    revision,
    deployment: other?.deployment ?? freeName([own, wish.object], [stable.deployment]),
    // Fewer pods only once the proxies have the smaller weight.
    replicas: state === 'Holding' ? needed : Math.max(needed, other?.wanted ?? 0),
    weight: given,
  };
}

function leavingOf({ state }: Attempt, other: DeploymentSeen, facts: Facts): LeavingPlace[] {
  switch (state) {
    case 'Draining':
      return [
        placeOf(other, facts.stableReady > 0 || other.ready === 0 ? 0 : Math.max(other.wanted, other.ready)),
      ];
    case 'Clearing':
      return [placeOf(other, 0)];
    case 'Aborted':
      return [];
    default:
      return [placeOf(other, other.wanted)];
  }
}

function placeOf({ revision, deployment }: DeploymentSeen, replicas: number): LeavingPlace {
  return { revision, deployment, replicas };
}

function freeName(wanted: readonly string[], taken: readonly string[]): string {
  return wanted.find((name) => !taken.includes(name)) ?? wanted[0] ?? '';
}

function routeOf(attempt: Attempt | undefined): RolloutDecision['route'] {
  if (attempt === undefined || attempt.state === 'Clearing' || attempt.state === 'Aborted') return 'Host';
  if (attempt.given === 0) return 'Stable';
  return attempt.given === 100 ? 'Canary' : 'Split';
}
