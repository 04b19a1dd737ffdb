import { completeStack } from '../api/defaults.ts';
import type { EcommerceStack, ServiceStatus } from '../api/ecommercestack.ts';
import { capabilitiesWhere } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import { canaryReplicas } from '../rollout/capacity.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import type { StackInput } from './input.ts';
import { type Workload, workloadsOf } from './intent.ts';
import { names } from './names.ts';
import { type RevisionIntent, recordedRevisions, revisionHash } from './revision.ts';

/**
 * The input of a stack without a cluster: every optional API is there and every pod is ready. A status in the file is
 * believed, so a canary half-way renders as it is; `records` are ConfigMaps of revisions that stand beside it.
 */
export function offlineInput(stack: EcommerceStack, records: readonly KubernetesObject[]): StackInput {
  const completed = completeStack(stack);
  const known = recordedRevisions(records);
  const workloads = workloadsOf(completed);
  const statusOf = (name: string) => stack.status?.services?.find((service) => service.name === name);
  const rollouts = workloads.flatMap((workload) => canaryOf(workload, statusOf(workload.name)));
  return {
    stack: completed,
    capabilities: capabilitiesWhere(() => true),
    rollouts,
    revisions: Object.fromEntries(
      rollouts.flatMap(({ service, stable }) => {
        const intent = known[stable.revision] ?? intentOfStable(stack, service, statusOf(service));
        return intent === undefined ? [] : [[stable.revision, intent]];
      }),
    ),
    history: {},
    autoscaled: new Set(),
    readyPods: Object.fromEntries(
      rollouts.flatMap(({ canary }) => (canary ? [[canary.deployment, canary.replicas]] : [])),
    ),
  };
}

function canaryOf(
  { workload, intent, name }: Workload,
  status: ServiceStatus | undefined,
): RolloutDecision[] {
  const revision = revisionHash(intent);
  const stable = status?.stableRevision;
  if (workload.rollout.strategy !== 'Canary' || stable === undefined || stable === revision) return [];
  const weight = status?.weight ?? status?.desiredWeight ?? workload.rollout.canary?.weight ?? 0;
  const object = workload.objectName;
  return [
    {
      service: name,
      revision,
      stable: { revision: stable, deployment: object },
      canary: {
        revision,
        deployment: names.canaryDeployment(object, revision),
        replicas: canaryReplicas(workload.replicas, weight),
        weight,
      },
      retiring: [],
      route: routeAt(weight),
      desiredWeight: weight,
    },
  ];
}

function routeAt(weight: number): RolloutDecision['route'] {
  if (weight === 0) return 'Stable';
  return weight === 100 ? 'Canary' : 'Split';
}

/** Without its record, the stable revision is taken to be what is specified now, at the version of the history. */
function intentOfStable(
  stack: EcommerceStack,
  service: string,
  status: ServiceStatus | undefined,
): RevisionIntent | undefined {
  const version = status?.history?.find(({ revision }) => revision === status.stableRevision)?.version;
  if (version === undefined) return undefined;
  const { spec } = stack;
  const services = (spec.services ?? []).map((item) =>
    item.name === service ? atVersion(item, version) : item,
  );
  const customServices = spec.customServices?.map((item) =>
    item.name === service ? { ...item, image: { ...item.image, tag: version, digest: undefined } } : item,
  );
  const earlier = completeStack({ ...stack, spec: { ...spec, services, customServices } });
  return workloadsOf(earlier).find(({ name }) => name === service)?.intent;
}

type Service = NonNullable<EcommerceStack['spec']['services']>[number];

function atVersion(service: Service, version: string): Service {
  return service.image === undefined
    ? { ...service, version }
    : { ...service, image: { ...service.image, tag: version, digest: undefined } };
}
