import type { CompletedRoute, CompletedService, CompletedStack } from '../api/completed.ts';
import type { KubernetesObject } from '../api/object.ts';
import { buildHttpRoutes } from './http-route.ts';
import { buildIngress } from './ingress.ts';
import { buildGateway } from './istio-gateway.ts';
import { objectLabels } from './labels.ts';
import { edgeNamespaces } from './mesh.ts';
import { names, serviceHost } from './names.ts';
import { buildVirtualService } from './virtual-service.ts';
import { buildDeploymentServices, type Running } from './workload.ts';

type Routed = { route: CompletedRoute; service: CompletedService; running: Running };

/** What makes the stack reachable from outside; nothing when no route leads to a running service. */
export function buildEdge(stack: CompletedStack, running: readonly Running[]): KubernetesObject[] {
  const routed = stack.exposure.routes.flatMap((route): Routed[] => {
    const workload = running.find(({ hosted }) => hosted.some(({ name }) => name === route.service));
    const service = workload?.hosted.find(({ name }) => name === route.service);
    return workload === undefined || service === undefined ? [] : [{ route, service, running: workload }];
  });
  if (routed.length === 0) return [];
  const { name } = stack.metadata;
  const labels = objectLabels(name, name, 'edge');
  switch (stack.exposure.type) {
    case 'Ingress':
      return [buildIngress({ name: names.stack(name), labels, exposure: stack.exposure })];
    case 'IstioGateway':
      return buildIstioEdge(stack, labels, routed);
    case 'GatewayAPI':
      return buildGatewayApiEdge(stack, labels, routed);
    case 'None':
      return [];
  }
}

function buildIstioEdge(
  stack: CompletedStack,
  labels: Record<string, string>,
  routed: readonly Routed[],
): KubernetesObject[] {
  const { exposure, metadata } = stack;
  const name = names.stack(metadata.name);
  const hosts = exposure.hosts.length > 0 ? exposure.hosts : ['*'];
  return [
    buildGateway({
      name,
      labels,
      hosts,
      selector: exposure.istioGateway.selector,
      tls: exposure.tls?.secretName,
    }),
    buildVirtualService({
      name: names.edge(metadata.name),
      labels,
      hosts,
      gateways: [`${metadata.namespace}/${name}`],
      exportTo: edgeNamespaces(stack),
      services: routed.map(({ route, service, running }) => ({
        path: route.path,
        host: serviceHost(service.objectName, metadata.namespace),
        port: service.servicePort,
        traffic: running.traffic,
        resilience: service.resilience,
      })),
    }),
  ];
}

function buildGatewayApiEdge(
  stack: CompletedStack,
  labels: Record<string, string>,
  routed: readonly Routed[],
): KubernetesObject[] {
  const split = new Map(
    routed.filter(({ running }) => running.lanes.length > 1).map((edge) => [edge.running.name, edge]),
  );
  return [
    ...buildHttpRoutes({
      name: names.stack(stack.metadata.name),
      labels,
      parentRefs: stack.exposure.gatewayAPI.parentRefs,
      hostnames: stack.exposure.hosts,
      routes: routed.map(({ route, service, running }) => ({
        path: route.path,
        service: service.objectName,
        port: service.servicePort,
        traffic: running.traffic,
      })),
    }),
    ...[...split.values()].flatMap(({ service, running }) =>
      buildDeploymentServices(stack, service, running),
    ),
  ];
}
