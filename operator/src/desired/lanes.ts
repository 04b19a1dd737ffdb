import { toSeconds } from '../api/duration.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import type { StackInput } from './input.ts';
import type { Workload } from './intent.ts';
import { names, subsetNames } from './names.ts';
import { type RevisionIntent, revisionHash } from './revision.ts';
import { type Traffic, trafficOf } from './routes.ts';

/** One revision of a workload that is to run: its Deployment, its intent, its number of pods. */
export type Lane = {
  role: 'stable' | 'canary' | 'leaving';
  revision: string;
  deployment: string;
  intent: RevisionIntent;
  replicas: number;
  /** Why its pods were restarted last, see `RestartDecision`. */
  restart?: string;
};

/** A group of pods that a route may name. */
export type Subset = { name: string; version: string; revision: string };

/** What runs of one workload, and where its requests go. */
export type Lanes = { lanes: readonly Lane[]; subsets: readonly Subset[]; traffic: Traffic };

/** The lanes of a workload as the rollout decided them; without a decision one revision runs. */
export function lanesOf(input: StackInput, workload: Workload): Lanes {
  const revision = revisionHash(workload.intent);
  const decision =
    input.rollouts.find(({ service }) => service === workload.name) ?? single(workload, revision);
  const intentOf = (wanted: string) => recorded(input, workload, revision, wanted);
  const { replicas } = workload.workload;
  const restart = decision.restart !== undefined && { restart: decision.restart };
  const stable: Lane = {
    role: 'stable',
    ...restart,
    ...decision.stable,
    intent: intentOf(decision.stable.revision),
    replicas,
  };
  const { canary } = decision;
  const lanes: Lane[] = [stable];
  if (canary !== undefined) {
    const { deployment, revision: tried, replicas: pods } = canary;
    const intent = intentOf(tried);
    lanes.push({ role: 'canary', ...restart, deployment, revision: tried, intent, replicas: pods });
  }
  for (const { deployment, revision: old, replicas: pods } of decision.leaving ?? []) {
    // Without its record it cannot be built as it is, and another build would start pods of another revision.
    const intent = old === revision ? workload.intent : input.revisions[old];
    if (intent === undefined) continue;
    lanes.push({ role: 'leaving', ...restart, deployment, revision: old, intent, replicas: pods });
  }
  const coming = decision.coming === undefined ? [] : [decision.coming];
  const subsets = subsetsOf([
    ...lanes.map((lane) => ({ revision: lane.revision, version: lane.intent.version })),
    ...[...decision.retiring.map((old) => old.revision), ...coming].flatMap((known) => {
      const intent = known === revision ? workload.intent : input.revisions[known];
      return intent === undefined ? [] : [{ revision: known, version: intent.version }];
    }),
  ]);
  return { lanes, subsets, traffic: trafficOfLanes(input, workload, decision, lanes, subsets) };
}

function single(workload: Workload, revision: string): RolloutDecision {
  return {
    service: workload.name,
    revision,
    stable: { revision, deployment: workload.workload.objectName },
    retiring: [],
    route: 'Host',
    desiredWeight: 0,
  };
}

/**
 * The intent of a revision. Where both its records are lost, the wanted intent takes its place: the pods of that
 * revision cannot be rebuilt any more, and some pods are better than none.
 */
function recorded(input: StackInput, workload: Workload, current: string, wanted: string): RevisionIntent {
  return wanted === current ? workload.intent : (input.revisions[wanted] ?? workload.intent);
}

function subsetsOf(revisions: readonly { revision: string; version: string }[]): Subset[] {
  const distinct = revisions.filter(
    ({ revision }, index) => revisions.findIndex((other) => other.revision === revision) === index,
  );
  const subset = subsetNames(distinct);
  return distinct.map(({ revision, version }) => ({
    name: subset.get(revision) ?? revision,
    version,
    revision,
  }));
}

function trafficOfLanes(
  input: StackInput,
  { workload }: Workload,
  decision: RolloutDecision,
  lanes: readonly Lane[],
  subsets: readonly Subset[],
): Traffic {
  const way = (lane: Lane) => ({
    subset: subsets.find(({ revision }) => revision === lane.revision)?.name ?? lane.revision,
    revision: lane.revision,
    service: names.deploymentService(lane.deployment),
  });
  const stable = lanes.find(({ role }) => role === 'stable');
  const canary = lanes.find(({ role }) => role === 'canary');
  const settings = workload.rollout.canary;
  const cookie = settings?.sticky?.cookie;
  const weight = decision.canary?.weight ?? 0;
  return trafficOf({
    route: decision.route,
    stable: stable === undefined ? {} : way(stable),
    ...(canary && { canary: way(canary) }),
    weight,
    canaryServes: weight > 0 || (canary !== undefined && (input.readyPods[canary.deployment] ?? 0) > 0),
    matches: (settings?.match ?? []).map(({ headers }) => headers),
    ...(cookie && { cookie: { name: cookie.name, maxAgeSeconds: toSeconds(cookie.maxAge) } }),
  });
}
