import type { CompletedService, CompletedStack } from '../api/completed.ts';
import type { KubernetesObject } from '../api/object.ts';
import { labelKeys, objectLabels } from './labels.ts';
import { names } from './names.ts';
import { managedUses } from './stores/managed.ts';
import { storeUses } from './stores/uses.ts';
import { type Running, serviceLabels } from './workload.ts';

type Peer = Record<string, unknown>;
type Rule = Record<string, unknown>;

const namespaceLabel = 'kubernetes.io/metadata.name';
const pods = (app: string): Peer => ({ podSelector: { matchLabels: { app } } });
const tcp = (...ports: readonly number[]): Rule[] => ports.map((port) => ({ protocol: 'TCP', port }));

/** Default deny for the stack's pods, and beside it the call graph, DNS, the mesh and the edge. */
export function buildNetworkPolicies(stack: CompletedStack, running: readonly Running[]): KubernetesObject[] {
  if (!stack.networkPolicy.enabled) return [];
  const { name } = stack.metadata;
  return [
    buildNetworkPolicy({
      name: names.denyAll(name),
      labels: objectLabels(name, name, 'stack'),
      selector: { [labelKeys.stack]: name },
      ingress: stack.mesh.type === 'Istio' ? [proxyPorts] : [],
      egress: [dns, ...(stack.mesh.type === 'Istio' ? [controlPlane] : [])],
    }),
    ...running.map((workload) => {
      const { objectName } = workload.workload;
      return buildNetworkPolicy({
        name: objectName,
        labels: serviceLabels(stack, { name: workload.name, objectName }),
        selector: { app: objectName },
        ingress: ingressOf(stack, workload),
        egress: egressOf(stack, workload, running),
      });
    }),
    ...storeUses(stack).map((use) =>
      buildNetworkPolicy({
        name: use.objectName,
        labels: objectLabels(name, use.objectName, use.component),
        selector: { app: use.objectName },
        ingress: [{ from: use.apps.map(pods), ports: tcp(use.port) }],
        // The broker is a client of itself; no other store calls anybody.
        egress: use.apps.includes(use.objectName)
          ? [{ to: [pods(use.objectName)], ports: tcp(use.port) }]
          : [],
      }),
    ),
  ];
}

/** The proxy's own ports: merged metrics and rewritten probes, health, Envoy's statistics. */
const proxyPorts: Rule = { ports: tcp(15020, 15021, 15090) };

/** Every name server of the cluster, the one that some clusters run on each node included. */
const dns: Rule = {
  to: [{ namespaceSelector: {} }, { ipBlock: { cidr: '169.254.20.10/32' } }],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

/** Configuration and certificates of the proxies, from whatever namespace Istio lives in. */
const controlPlane: Rule = {
  to: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'istiod' } } }],
  ports: tcp(15012),
};

function ingressOf(stack: CompletedStack, { workload, hosted }: Running): Rule[] {
  const ports = tcp(workload.containerPort);
  const from = uniquePeers([
    ...hosted.flatMap((service) => service.callers.flatMap((caller) => callerPeer(stack, caller))),
    ...(stack.networkPolicy.allowFrom ?? []).map(({ namespaceLabels, podLabels }) => ({
      ...(namespaceLabels && { namespaceSelector: { matchLabels: namespaceLabels } }),
      podSelector: podLabels ? { matchLabels: podLabels } : {},
    })),
  ]);
  const routed = stack.exposure.routes.some((route) => hosted.some(({ name }) => name === route.service));
  // Where the controller at the edge is not known, any pod may be it.
  if (routed && stack.exposure.edge === undefined)
    return [{ from: [{ namespaceSelector: {} }, ...from], ports }];
  return from.length === 0 ? [] : [{ from, ports }];
}

function callerPeer(stack: CompletedStack, caller: CompletedService['callers'][number]): Peer[] {
  if (caller.service !== undefined) {
    const service = stack.services.find(({ name }) => name === caller.service);
    return service === undefined ? [] : [pods(appOf(stack, service))];
  }
  const namespace = caller.principal.split('/')[2];
  return namespace === undefined
    ? []
    : [{ namespaceSelector: { matchLabels: { [namespaceLabel]: namespace } } }];
}

function appOf(stack: CompletedStack, service: CompletedService): string {
  return service.placement === 'Monolith'
    ? (stack.monolith?.objectName ?? service.objectName)
    : service.objectName;
}

function egressOf(stack: CompletedStack, { hosted }: Running, running: readonly Running[]): Rule[] {
  const inside = new Set(hosted.map((service) => service.name));
  const called = new Set(hosted.flatMap((service) => service.calls.map((call) => call.service)));
  const callees = running.filter((candidate) =>
    candidate.hosted.some(({ name }) => called.has(name) && !inside.has(name)),
  );
  const stores = storeUses(stack).filter((use) =>
    hosted.some((service) => use.apps.includes(appOf(stack, service))),
  );
  const managed = managedUses(stack).filter((use) => use.usedBy.some((name) => inside.has(name)));
  return [
    ...callees.map(({ workload }) => ({
      to: [pods(workload.objectName)],
      ports: tcp(workload.containerPort),
    })),
    ...stores.map((use) => ({ to: [pods(use.objectName)], ports: tcp(use.port) })),
    ...managed.map((use) => ({
      to: [{ podSelector: { matchLabels: use.podLabels } }],
      ports: tcp(use.port),
    })),
    ...(stack.networkPolicy.allowTo ?? []).map(({ cidr, ports }) => ({
      to: [{ ipBlock: { cidr } }],
      ...(ports && { ports: tcp(...ports) }),
    })),
    ...(leavesTheCluster(stack, hosted, called)
      ? [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }] }]
      : []),
  ];
}

/** Whether an address that only a Secret or a name knows is called: no policy can be narrower than everywhere. */
function leavesTheCluster(
  stack: CompletedStack,
  hosted: readonly CompletedService[],
  called: ReadonlySet<string>,
): boolean {
  const busOutside =
    stack.eventBus.mode === 'External' && hosted.some(({ name }) => stack.eventBus.usedBy.includes(name));
  const storeOutside = hosted.some(({ stores }) => stores.some((use) => use.secret !== undefined));
  const calleeOutside = stack.services.some(
    ({ name, placement }) => placement === 'External' && called.has(name),
  );
  return busOutside || storeOutside || calleeOutside || stack.monitoring.tracing !== undefined;
}

function uniquePeers(peers: readonly Peer[]): Peer[] {
  return [...new Map(peers.map((peer) => [JSON.stringify(peer), peer])).values()];
}

function buildNetworkPolicy(policy: {
  name: string;
  labels: Record<string, string>;
  selector: Record<string, string>;
  ingress: readonly Rule[];
  egress: readonly Rule[];
}): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: policy.name, labels: policy.labels },
    spec: {
      podSelector: { matchLabels: policy.selector },
      policyTypes: ['Ingress', 'Egress'],
      // An empty list would be dropped by the API server and mean the same.
      ...(policy.ingress.length > 0 && { ingress: policy.ingress }),
      ...(policy.egress.length > 0 && { egress: policy.egress }),
    },
  };
}
