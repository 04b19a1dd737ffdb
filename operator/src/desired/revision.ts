import type { BlueprintName } from '../api/blueprints.ts';
import type {
  CompletedPod,
  CompletedProbe,
  CompletedResources,
  EnvironmentSource,
  EnvironmentVariable,
  PullPolicy,
} from '../api/completed.ts';
import { canonicalJson, shortHash } from '../api/hash.ts';
import type { KubernetesObject } from '../api/object.ts';
import { labelKeys } from './labels.ts';

/**
 * Everything that one revision of a service is: what its pod template is built from, so a template changes if and only
 * if the revision does, restarts for a Secret apart. Replicas, rollout settings and traffic are no part of it.
 */
export type RevisionIntent = {
  blueprint: BlueprintName;
  /** Name of the service, or `monolith`. */
  service: string;
  /** Name of the objects. */
  object: string;
  /** Services inside a monolith; empty for a service with pods of its own. */
  serves: readonly string[];
  /** Value of the label `version`. */
  version: string;
  image: string;
  pullPolicy: PullPolicy;
  pullSecrets: readonly string[];
  port: number;
  /** Fixed user of the container; absent where the image decides. */
  runAsUser?: number;
  /** Seconds that the container keeps running before it is told to end. */
  preStopSleepSeconds?: number;
  meshed: boolean;
  env: readonly EnvironmentVariable[];
  envFrom: readonly EnvironmentSource[];
  resources: CompletedResources;
  probes: { liveness: CompletedProbe; readiness: CompletedProbe; startup: CompletedProbe };
  pod: CompletedPod;
};

/** Ten characters that name a revision; the same intent has the same name everywhere. */
export function revisionHash(intent: RevisionIntent): string {
  return shortHash(intent);
}

/** Key of the intent inside a revision's ConfigMap, and its file name in the pods. */
export const intentKey = 'revision.json';

/** Annotation of a Deployment with the intent that it was built from. */
export const intentAnnotation = 'ecommercestack.dev/intent';

/** An intent as it is recorded. */
export function recordIntent(intent: RevisionIntent): string {
  return canonicalJson(intent);
}

/**
 * The intents that living ConfigMaps and Deployments record, by revision. Each stands in two places, so losing one
 * loses nothing. A record whose hash is not the revision it is labelled with was changed by somebody and is ignored.
 */
export function recordedRevisions(objects: readonly KubernetesObject[]): Record<string, RevisionIntent> {
  const found: Record<string, RevisionIntent> = {};
  for (const object of objects) {
    const revision = object.metadata.labels?.[labelKeys.revision];
    const record = recordOf(object);
    if (revision === undefined || record === undefined) continue;
    const intent = parseJson(record);
    // The hash proves that this is what recordIntent wrote, hence its type.
    if (shortHash(intent) === revision) found[revision] = intent as RevisionIntent;
  }
  return found;
}

function recordOf(object: KubernetesObject): string | undefined {
  if (object.kind === 'Deployment') return object.metadata.annotations?.[intentAnnotation];
  if (object.kind !== 'ConfigMap') return undefined;
  const { data } = object;
  if (typeof data !== 'object' || data === null) return undefined;
  const text: unknown = Reflect.get(data, intentKey);
  return typeof text === 'string' ? text : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
