import type { CompletedStack } from '../api/completed.ts';
import type { EcommerceStack } from '../api/ecommercestack.ts';
import type { Capability } from '../api/kinds.ts';
import { type KubernetesObject, objectKey } from '../api/object.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import { type PodTrouble, podTrouble, refusalTrouble } from './pods.ts';
import { type WorkloadReadiness, workloadReadiness } from './readiness.ts';

/**
 * Why one object is not as wanted. `Unreachable` is tried again without anybody's help; `Terminating` means that the
 * namespace is going, and the stack with it.
 */
export type ObjectProblem = {
  readonly kind: string;
  readonly name: string;
  readonly reason: 'NameConflict' | 'ObjectRefused' | 'Unreachable' | 'Terminating';
  readonly message: string;
};

/** Whether admission checks in whose name actions are written. Unknown: the API server did not say. */
export type GuardSeen = { readonly state: 'Guarded' | 'Open' | 'Unknown'; readonly message: string };

/** Everything that a status is made from. */
export type Evidence = {
  readonly stack: EcommerceStack;
  readonly completed: CompletedStack;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  readonly decisions: readonly RolloutDecision[];
  readonly desired: readonly KubernetesObject[];
  /** Children as the caches hold them. */
  readonly seen: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  /** Keys of objects that still have to be written, or whose effect has yet to show. */
  readonly pending: readonly string[];
  readonly problems: readonly ObjectProblem[];
  /** Capabilities that the stack needs and the cluster lacks. */
  readonly absent: readonly Capability[];
  /** Hosts of the specification that belong to a stack in another namespace. */
  readonly hostsTaken: readonly string[];
  /** Secrets that pods refer to and that are known not to exist. */
  readonly missingSecrets: readonly string[];
  /** False: the namespace does not enforce a Pod Security standard; undefined: it cannot be seen. */
  readonly podSecurity?: boolean;
  /** What a person should know about an embedded store, by store, e.g. that it is a stand-in. */
  readonly storeNotes?: Readonly<Record<string, string>>;
  /** Absent before it was looked for. */
  readonly guard?: GuardSeen;
};

/** One desired Deployment or StatefulSet beside what lives of it. */
export type Workload = {
  readonly object: KubernetesObject;
  readonly readiness: WorkloadReadiness;
  readonly trouble?: PodTrouble;
};

const absentWorkload: WorkloadReadiness = { wanted: 1, ready: 0, pods: 0, settled: false, stuck: false };

/** The desired objects of a Kind. */
export function desiredOf(evidence: Evidence, ...kinds: readonly string[]): KubernetesObject[] {
  return evidence.desired.filter(({ kind }) => kinds.includes(kind));
}

/** The desired workloads of a Kind, each with its readiness and the first trouble of its pods. */
export function workloadsOf(evidence: Evidence, kind: 'Deployment' | 'StatefulSet'): Workload[] {
  const live = new Map(evidence.seen.map((object) => [objectKey(object), object]));
  return desiredOf(evidence, kind).map((object) => {
    const found = live.get(objectKey(object));
    const written = evidence.pending.includes(objectKey(object));
    const readiness = found === undefined ? absentWorkload : workloadReadiness(found);
    const trouble = firstTrouble(evidence.pods, object) ?? (found && refusalTrouble(found));
    return {
      object,
      readiness: written ? { ...readiness, settled: false } : readiness,
      ...(trouble && { trouble }),
    };
  });
}

/** The live object of the same identity as a desired one. */
export function liveOf(evidence: Evidence, desired: KubernetesObject): KubernetesObject | undefined {
  const key = objectKey(desired);
  return evidence.seen.find((object) => objectKey(object) === key);
}

function firstTrouble(pods: readonly KubernetesObject[], workload: KubernetesObject): PodTrouble | undefined {
  for (const pod of pods) {
    const mine =
      workload.kind === 'Deployment'
        ? pod.metadata.labels?.['ecommercestack.dev/deployment'] === workload.metadata.name
        : pod.metadata.ownerReferences?.some(
            ({ kind, name }) => kind === workload.kind && name === workload.metadata.name,
          );
    const trouble = mine === true ? podTrouble(pod) : undefined;
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}
