import type { CompletedService, CompletedStack } from '../api/completed.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { Workload } from '../desired/intent.ts';
import { serviceHost } from '../desired/names.ts';

/** A pod whose proxy sends requests to these hosts. */
export type MeshProxy = {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly hosts: readonly string[];
};

/** Pods at the edge of a stack, which no cache holds, and the hosts that they send to. */
export type EdgePods = {
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
};

/** Who has to know the routes to a workload. */
export type Audience = {
  readonly proxies: readonly MeshProxy[];
  /** Pods that run without a proxy: no route binds what they send. */
  readonly bare: readonly string[];
  readonly edge?: EdgePods;
};

/**
 * The proxies that send requests to a workload: those of its callers, where only callers get through, else those of every
 * pod of the stack; and those at the edge, where a route leads to it. A pod counts as long as its proxy runs, also while it
 * ends; one whose proxy has not started sends nothing yet and begins with the newest routes.
 */
export function audienceOf(
  stack: CompletedStack,
  workload: Workload,
  pods: readonly KubernetesObject[],
): Audience {
  const { namespace } = stack.metadata;
  const callers = workload.hosted.map((service) => ({
    host: serviceHost(service.objectName, namespace),
    apps: stack.mesh.authorization.mode === 'Enforce' ? callingApps(stack, service) : undefined,
  }));
  const hostsOf = (pod: KubernetesObject): string[] =>
    callers
      .filter(({ apps }) =>
        apps === undefined ? isService(pod) : apps.has(pod.metadata.labels?.['app'] ?? ''),
      )
      .map(({ host }) => host);
  const asked = pods.filter((pod) => hostsOf(pod).length > 0);
  const edge = edgeOf(stack, workload);
  return {
    proxies: asked.filter(hasProxy).map((pod) => proxyOf(pod, hostsOf(pod))),
    bare: asked.filter(isBare).map(({ metadata }) => metadata.name),
    ...(edge && { edge }),
  };
}

/** The proxies among pods at the edge. */
export function edgeProxies({ hosts }: EdgePods, pods: readonly KubernetesObject[]): MeshProxy[] {
  return pods.filter(hasProxy).map((pod) => proxyOf(pod, hosts));
}

function isService({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.['app.kubernetes.io/component'] === 'service';
}

function callingApps(stack: CompletedStack, { callers }: CompletedService): ReadonlySet<string> {
  const apps = callers.flatMap(({ service: name }) => {
    const service = stack.services.find((one) => one.name === name);
    if (service === undefined) return [];
    return [service.placement === 'Monolith' ? (stack.monolith?.objectName ?? '') : service.objectName];
  });
  return new Set(apps);
}

function edgeOf({ exposure, metadata }: CompletedStack, { hosted }: Workload): EdgePods | undefined {
  if (exposure.type !== 'IstioGateway' || exposure.edge === undefined) return undefined;
  const routed = hosted.filter(({ name }) => exposure.routes.some(({ service }) => service === name));
  if (routed.length === 0) return undefined;
  return {
    namespace: exposure.edge.namespace,
    selector: exposure.istioGateway.selector,
    hosts: routed.map(({ objectName }) => serviceHost(objectName, metadata.namespace)),
  };
}

function proxyOf({ metadata }: KubernetesObject, hosts: readonly string[]): MeshProxy {
  const { name, namespace = '', uid = '' } = metadata;
  return { namespace, pod: name, uid, hosts };
}

type Container = { readonly name?: string; readonly state?: { readonly running?: object } };

function containersOf(pod: KubernetesObject): Container[] {
  // Written by the kubelet; every member is optional, so any object is one.
  const status = (pod['status'] ?? {}) as {
    readonly initContainerStatuses?: readonly Container[];
    readonly containerStatuses?: readonly Container[];
  };
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
}

/** Name that Istio gives to the container of its proxy, in sidecars and gateways alike. */
const proxyContainer = 'istio-proxy';

const runs = ({ state }: Container): boolean => state?.running !== undefined;

function hasProxy(pod: KubernetesObject): boolean {
  return containersOf(pod).some((one) => one.name === proxyContainer && runs(one));
}

function isBare(pod: KubernetesObject): boolean {
  const containers = containersOf(pod);
  return containers.some(runs) && !containers.some(({ name }) => name === proxyContainer);
}
