import type { CompletedService, CompletedStack } from '../api/completed.ts';
import type { KubernetesObject } from '../api/object.ts';
import { buildAuthorizationPolicy, type Permission } from './authorization-policy.ts';
import { buildDestinationRule } from './destination-rule.ts';
import { labelKeys, objectLabels } from './labels.ts';
import { names, serviceHost } from './names.ts';
import { buildPeerAuthentication } from './peer-authentication.ts';
import { storeUses } from './stores/uses.ts';
import { buildVirtualService } from './virtual-service.ts';
import { type Running, serviceLabels } from './workload.ts';

/** Where mesh objects of the stack's own traffic are seen: in its namespace and nowhere else. */
const ownNamespace = '.';

/** Where the edge's proxies see mesh objects too, if they run elsewhere; naming one place twice is refused. */
export function edgeNamespaces({ exposure, metadata }: CompletedStack): string[] {
  const { edge } = exposure;
  return [ownNamespace, ...(edge && edge.namespace !== metadata.namespace ? [edge.namespace] : [])];
}

/** mTLS, permissions and routes inside the stack; nothing without a mesh. */
export function buildMesh(stack: CompletedStack, running: readonly Running[]): KubernetesObject[] {
  if (stack.mesh.type === 'None') return [];
  return [
    ...buildIdentity(stack, running),
    ...buildPermissions(stack, running),
    ...running.flatMap((workload) =>
      workload.hosted.flatMap((service) => buildHost(stack, service, workload)),
    ),
  ];
}

function buildHost(stack: CompletedStack, service: CompletedService, running: Running): KubernetesObject[] {
  const host = serviceHost(service.objectName, stack.metadata.namespace);
  const labels = serviceLabels(stack, service);
  const { resilience } = service;
  const exposed = stack.exposure.routes.some((route) => route.service === service.name);
  return [
    buildDestinationRule({
      name: service.objectName,
      labels,
      host,
      // The proxies at the edge choose subsets too, so they have to see them.
      exportTo: exposed ? edgeNamespaces(stack) : [ownNamespace],
      resilience,
      subsets: running.subsets,
    }),
    buildVirtualService({
      name: service.objectName,
      labels,
      hosts: [host],
      gateways: ['mesh'],
      exportTo: [ownNamespace],
      services: [{ host, port: service.servicePort, traffic: running.traffic, resilience }],
    }),
  ];
}

function buildIdentity(stack: CompletedStack, running: readonly Running[]): KubernetesObject[] {
  const { name } = stack.metadata;
  const { mode, scope } = stack.mesh.mtls;
  const labels = objectLabels(name, name, 'stack');
  return [
    buildPeerAuthentication({
      name: names.stack(name),
      labels,
      ...(scope === 'Workloads' && { selector: { [labelKeys.stack]: name } }),
      mode: mode === 'Strict' ? 'STRICT' : 'PERMISSIVE',
    }),
    ...running
      .filter((workload) => mode === 'Strict' && hasPlainEdge(stack, workload))
      .map(({ workload }) =>
        buildPeerAuthentication({
          name: names.plainEdge(workload.objectName),
          labels,
          selector: { app: workload.objectName },
          mode: 'STRICT',
          ports: { [String(workload.containerPort)]: 'PERMISSIVE' },
        }),
      ),
  ];
}

/** Whether an ingress controller without a sidecar, hence without an identity, calls this workload. */
export function hasPlainEdge(stack: CompletedStack, running: Running): boolean {
  const { type, ingress, routes } = stack.exposure;
  if (type !== 'Ingress' || ingress.meshed) return false;
  return routes.some((route) => running.hosted.some((service) => service.name === route.service));
}

/** Default deny for every pod of the stack, and beside it exactly the declared calls. */
function buildPermissions(stack: CompletedStack, running: readonly Running[]): KubernetesObject[] {
  const { mode } = stack.mesh.authorization;
  if (mode === 'Off') return [];
  const { name } = stack.metadata;
  const dryRun = mode === 'DryRun';
  return [
    buildAuthorizationPolicy({
      name: names.denyAll(name),
      labels: objectLabels(name, name, 'stack'),
      selector: { [labelKeys.stack]: name },
      permissions: [],
      dryRun,
    }),
    ...running.map((workload) =>
      buildAuthorizationPolicy({
        name: workload.workload.objectName,
        labels: serviceLabels(stack, { name: workload.name, objectName: workload.workload.objectName }),
        selector: { app: workload.workload.objectName },
        permissions: permissionsOf(stack, workload),
        dryRun,
      }),
    ),
    ...storeUses(stack).map((use) =>
      buildAuthorizationPolicy({
        name: use.objectName,
        labels: objectLabels(name, use.objectName, use.component),
        selector: { app: use.objectName },
        permissions: [{ principals: use.principals, ports: [use.port] }],
        dryRun,
      }),
    ),
  ];
}

function permissionsOf(stack: CompletedStack, running: Running): Permission[] {
  const ports = [running.workload.containerPort];
  const declared = running.hosted.flatMap((service) => service.callers);
  const seen = new Set<string>();
  const permissions = declared.flatMap(({ principal, methods, paths }) => {
    const permission = { principals: [principal], ports, methods, ...(paths && { paths }) };
    const key = JSON.stringify(permission);
    if (seen.has(key)) return [];
    seen.add(key);
    return [permission];
  });
  return hasPlainEdge(stack, running) ? [...permissions, { ports }] : permissions;
}
