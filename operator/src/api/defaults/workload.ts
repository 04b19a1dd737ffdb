/** Completes what runs as pods: image, replicas, resources, probes, pod, rollout. */
import type {
  CompletedAmounts,
  CompletedPod,
  CompletedProbe,
  CompletedResources,
  CompletedRollout,
  CompletedWorkload,
} from '../completed.ts';
import { toSeconds } from '../duration.ts';
import type { CustomServiceSpec, EcommerceStackSpec, ServiceSpec } from '../ecommercestack.ts';
import { exceeds } from '../quantity.ts';
import { type Profile, profiles } from './profiles.ts';

/** What a service or the monolith may say about its pods. */
export type WorkloadFields = Partial<Omit<ServiceSpec, 'name'> | Omit<CustomServiceSpec, 'name'>>;

type ProbeFields = NonNullable<NonNullable<ServiceSpec['probes']>['liveness']>;
type ResourceFields = NonNullable<ServiceSpec['resources']>;

/** A workload named `objectName` with every default of the profile resolved. */
export function completeWorkload(
  spec: EcommerceStackSpec,
  name: string,
  objectName: string,
  fields: WorkloadFields,
  resources: CompletedResources,
): CompletedWorkload {
  const profile = profiles[spec.profile];
  const replicas =
    fields.autoscaling?.minReplicas ?? fields.replicas ?? profile.replicasOf[name] ?? profile.replicas;
  const containerPort = fields.containerPort ?? 8080;
  return {
    objectName,
    ...completeImage(spec, objectName, fields),
    replicas,
    autoscaling: fields.autoscaling,
    disruptionBudget: fields.disruptionBudget ?? defaultBudget(profile, replicas),
    resources: completeResources(fields.resources, resources),
    env: fields.env ?? [],
    envFrom: fields.envFrom ?? [],
    probes: completeProbes(fields.probes, containerPort),
    containerPort,
    servicePort: fields.servicePort ?? 80,
    serviceAccount: { annotations: fields.serviceAccount?.annotations ?? {} },
    pod: completePod(fields.pod, profile),
    rollout: completeRollout(fields.rollout),
  };
}

function completeImage(spec: EcommerceStackSpec, objectName: string, fields: WorkloadFields) {
  const { registry, pullPolicy } = spec.imageDefaults;
  const { image } = fields;
  const imagePullPolicy = image?.pullPolicy ?? pullPolicy;
  if (image?.digest !== undefined) {
    const version = image.digest.slice('sha256:'.length, 'sha256:'.length + 12);
    return { image: `${image.repository}@${image.digest}`, version, imagePullPolicy };
  }
  const version = image?.tag ?? fields.version ?? spec.version;
  return {
    image: `${image?.repository ?? `${registry}/${objectName}`}:${version}`,
    version,
    imagePullPolicy,
  };
}

function defaultBudget(profile: Profile, replicas: number) {
  return profile.maxUnavailable === undefined || replicas < 2
    ? undefined
    : { maxUnavailable: profile.maxUnavailable };
}

/** Requests and limits as strings, member by member over `defaults`; a default never contradicts what is given. */
export function completeResources(
  fields: ResourceFields | undefined,
  defaults: CompletedResources,
): CompletedResources {
  const requests: CompletedAmounts = {};
  const limits: CompletedAmounts = {};
  for (const key of ['cpu', 'memory', 'ephemeral-storage'] as const) {
    const request = fields?.requests?.[key];
    const limit = fields?.limits?.[key];
    const requested = request ?? (atMost(defaults.requests[key], limit) ? defaults.requests[key] : limit);
    const limited = limit ?? (atMost(request, defaults.limits[key]) ? defaults.limits[key] : request);
    if (requested !== undefined) requests[key] = String(requested);
    if (limited !== undefined) limits[key] = String(limited);
  }
  return { requests, limits };
}

function atMost(amount: string | number | undefined, bound: string | number | undefined): boolean {
  return amount === undefined || bound === undefined || !exceeds(amount, bound);
}

function completeProbes(
  fields: ServiceSpec['probes'],
  port: number,
): { liveness: CompletedProbe; readiness: CompletedProbe; startup: CompletedProbe } {
  return {
    liveness: completeProbe(fields?.liveness, {
      path: '/health',
      port,
      periodSeconds: 10,
      // A starved machine answers late; ending its containers only starves it more.
      failureThreshold: 6,
    }),
    readiness: completeProbe(fields?.readiness, {
      path: '/ready',
      port,
      periodSeconds: 5,
      failureThreshold: 3,
    }),
    startup: completeProbe(fields?.startup, {
      path: '/health',
      port,
      periodSeconds: 2,
      failureThreshold: 150,
    }),
  };
}

function completeProbe(
  fields: ProbeFields | undefined,
  defaults: Pick<CompletedProbe, 'path' | 'port' | 'periodSeconds' | 'failureThreshold'>,
): CompletedProbe {
  return {
    path: fields?.path ?? defaults.path,
    port: fields?.port ?? defaults.port,
    initialDelaySeconds: fields?.initialDelay === undefined ? 0 : toSeconds(fields.initialDelay),
    periodSeconds: fields?.period === undefined ? defaults.periodSeconds : toSeconds(fields.period),
    timeoutSeconds: fields?.timeout === undefined ? 5 : toSeconds(fields.timeout),
    failureThreshold: fields?.failureThreshold ?? defaults.failureThreshold,
  };
}

function completePod(fields: ServiceSpec['pod'], profile: Profile): CompletedPod {
  return {
    annotations: fields?.annotations ?? {},
    labels: fields?.labels ?? {},
    nodeSelector: fields?.nodeSelector ?? {},
    tolerations: fields?.tolerations ?? [],
    affinity: fields?.affinity,
    topologySpreadConstraints: fields?.topologySpreadConstraints ?? defaultSpread(profile),
    priorityClassName: fields?.priorityClassName,
    terminationGracePeriodSeconds: fields?.terminationGracePeriodSeconds ?? 40,
  };
}

function defaultSpread(profile: Profile): CompletedPod['topologySpreadConstraints'] {
  return profile.spreadOverNodes
    ? [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }]
    : [];
}

function completeRollout(fields: ServiceSpec['rollout']): CompletedRollout {
  return {
    strategy: fields?.strategy ?? 'Rolling',
    rolling: fields?.rolling ?? { maxSurge: '25%', maxUnavailable: 0 },
    canary: fields?.strategy === 'Canary' ? fields.canary : undefined,
    paused: fields?.paused ?? false,
    onSecretChange: fields?.onSecretChange ?? 'Restart',
    revisionHistoryLimit: fields?.revisionHistoryLimit ?? 5,
    progressDeadlineSeconds: toSeconds(fields?.progressDeadline ?? '10m'),
  };
}
