import { blueprints } from '../api/blueprints.ts';
import type {
  CompletedService,
  CompletedStack,
  CompletedWorkload,
  EnvironmentVariable,
} from '../api/completed.ts';
import { monolithEnvironment, serviceEnvironment } from './environment.ts';
import type { RevisionIntent } from './revision.ts';

/** Name under which the monolith stands in status and labels. */
export const monolithService = 'monolith';

/** Whatever runs pods of its own, with the services inside it. */
export type Workload = {
  name: string;
  workload: CompletedWorkload;
  hosted: readonly CompletedService[];
  custom: boolean;
  intent: RevisionIntent;
};

/** Every workload of the stack in the order of the service table, the monolith last. */
export function workloadsOf(stack: CompletedStack): Workload[] {
  const standalone = stack.services
    .filter((service) => service.placement === 'Standalone')
    .map((service) => ({
      name: service.name,
      workload: service,
      hosted: [service],
      custom: service.custom,
      intent: intentOf(stack, service.name, service, service.custom, serviceEnvironment(stack, service)),
    }));
  const { monolith } = stack;
  if (monolith === undefined) return standalone;
  const hosted = stack.services.filter((service) => service.placement === 'Monolith');
  const env = monolithEnvironment(stack, monolith, hosted);
  const intent = {
    ...intentOf(stack, monolithService, monolith, false, env),
    serves: hosted.map((service) => service.name),
    envFrom: hosted.flatMap((service) => service.envFrom),
  };
  return [...standalone, { name: monolithService, workload: monolith, hosted, custom: false, intent }];
}

function intentOf(
  stack: CompletedStack,
  name: string,
  workload: CompletedWorkload,
  custom: boolean,
  env: readonly EnvironmentVariable[],
): RevisionIntent {
  const { service, devProxy } = blueprints[stack.blueprint];
  const meshed = stack.mesh.type === 'Istio';
  return {
    blueprint: stack.blueprint,
    service: name,
    object: workload.objectName,
    serves: [],
    version: workload.version,
    image: workload.image,
    pullPolicy: workload.imagePullPolicy,
    pullSecrets: stack.imagePullSecrets,
    port: workload.containerPort,
    // Built-in images run as this user and drain by themselves; of custom ones neither is known.
    ...(custom ? preStopOf(service, workload) : { runAsUser: service.uid }),
    meshed,
    env,
    envFrom: workload.envFrom,
    resources: workload.resources,
    probes: workload.probes,
    pod: {
      ...workload.pod,
      annotations: {
        ...(meshed && proxyAnnotations(stack.profile === 'Dev' ? devProxy : undefined)),
        ...workload.pod.annotations,
      },
    },
  };
}

/** The API server refuses a sleep that is not shorter than the time in which the pod has to end. */
function preStopOf(
  { preStopSleepSeconds }: { preStopSleepSeconds: number },
  { pod }: CompletedWorkload,
): { preStopSleepSeconds?: number } {
  const seconds = Math.min(preStopSleepSeconds, pod.terminationGracePeriodSeconds - 1);
  return seconds > 0 ? { preStopSleepSeconds: seconds } : {};
}

/** Annotations for the proxy beside a container: its requests, and statistics by subset, which analysis reads. */
export function proxyAnnotations(requests?: { cpu: string; memory: string }): Record<string, string> {
  return {
    'proxy.istio.io/config': JSON.stringify({
      holdApplicationUntilProxyStarts: true,
      proxyStatsMatcher: { inclusionPrefixes: ['cluster.outbound', 'cluster.inbound'] },
    }),
    ...(requests && {
      'sidecar.istio.io/proxyCPU': requests.cpu,
      'sidecar.istio.io/proxyMemory': requests.memory,
    }),
  };
}
