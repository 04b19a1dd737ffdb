import { at, type KubeObject } from '../kube/object.ts';

/** Where the objects of a stack belong. */
export type Bounds = {
  readonly namespace: string;
  readonly uid: string;
  /** Namespace of the gateway, to which edge routes may be exported besides. */
  readonly edge: string;
};

/** What in a stack's objects reaches outside its namespace: a sentence each. */
export function escapesOf(objects: readonly KubeObject[], bounds: Bounds): string[] {
  return objects.flatMap((object) =>
    [...placeOf(object, bounds), ...(rules[object.kind]?.(object, bounds) ?? [])].map(
      (what) => `${object.kind} ${object.metadata.namespace}/${object.metadata.name}: ${what}`,
    ),
  );
}

type Rule = (object: KubeObject, bounds: Bounds) => string[];

function placeOf({ metadata }: KubeObject, { namespace, uid }: Bounds): string[] {
  const owners = (metadata.ownerReferences ?? []).filter((owner) => owner.kind === 'EcommerceStack');
  return [
    ...(metadata.namespace === namespace ? [] : [`stands in ${metadata.namespace}`]),
    ...owners.filter((owner) => owner.uid !== uid).map((owner) => `is owned by ${owner.name} (${owner.uid})`),
  ];
}

const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

const isOwnHost = (host: unknown, { namespace }: Bounds): boolean =>
  typeof host === 'string' && host.endsWith(`.${namespace}.svc.cluster.local`);

/** What is exported: to the own namespace, and for the edge to that of its gateway. */
function exports(object: KubeObject, allowed: readonly string[]): string[] {
  const to = at(object, 'spec', 'exportTo');
  if (!Array.isArray(to)) return ['is exported to every namespace'];
  return to.filter((place) => !allowed.includes(place)).map((place) => `is exported to ${place}`);
}

const virtualService: Rule = (object, bounds) => {
  const gateways = listAt(object, 'spec', 'gateways');
  const meshed = gateways.length === 0 || gateways.includes('mesh');
  const destinations = listAt(object, 'spec', 'http').flatMap((route) =>
    ['route', 'mirrors'].flatMap((member) =>
      listAt(route, member).map((one) => at(one, 'destination', 'host')),
    ),
  );
  return [
    ...destinations.filter((host) => !isOwnHost(host, bounds)).map((host) => `routes to ${String(host)}`),
    ...(meshed
      ? listAt(object, 'spec', 'hosts')
          .filter((host) => !isOwnHost(host, bounds))
          .map((host) => `takes calls in the mesh to ${String(host)}`)
      : []),
    ...gateways
      .filter((name) => name !== 'mesh' && !String(name).startsWith(`${bounds.namespace}/`))
      .map((name) => `is bound to gateway ${String(name)}`),
    ...exports(object, meshed ? ['.'] : ['.', bounds.edge]),
  ];
};

const destinationRule: Rule = (object, bounds) => {
  const host = at(object, 'spec', 'host');
  const foreign = isOwnHost(host, bounds) ? [] : [`is about ${String(host)}`];
  return [...foreign, ...exports(object, ['.', bounds.edge])];
};

const service: Rule = (object) => {
  const loose = ['externalName', 'externalIPs', 'loadBalancerIP'].filter(
    (member) => at(object, 'spec', member) !== undefined,
  );
  const type = at(object, 'spec', 'type');
  return [
    ...loose.map((member) => `has ${member}`),
    ...(type === 'ClusterIP' ? [] : [`is of type ${String(type)}`]),
    ...(at(object, 'spec', 'selector') === undefined
      ? ['selects no pods, so anybody may give it endpoints']
      : []),
  ];
};

/** Members by which an object names a namespace, wherever they stand in it. */
const reaching = new Set(['namespace', 'namespaces', 'namespaceSelector', 'namespaceName']);

function reachesOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => reachesOf(item, `${path}[${index}]`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    reaching.has(name) ? [`names a namespace at ${path}.${name}`] : reachesOf(inner, `${path}.${name}`),
  );
}

const namesNoNamespace: Rule = (object) => reachesOf(object['spec'], 'spec');

const podTemplate: Rule = (object, bounds) => {
  const spec = at(object, 'spec', 'template', 'spec');
  const volumes = listAt(spec, 'volumes').filter((volume) => at(volume, 'hostPath') !== undefined);
  const host = ['hostNetwork', 'hostPID', 'hostIPC'].filter((member) => at(spec, member) === true);
  const selector = at(object, 'spec', 'selector', 'matchLabels');
  const inject = at(object, 'spec', 'template', 'metadata', 'labels', 'sidecar.istio.io/inject');
  return [
    ...namesNoNamespace(object, bounds),
    ...volumes.map(() => 'mounts a directory of the node'),
    ...host.map((member) => `has ${member}`),
    ...(at(spec, 'automountServiceAccountToken') === false ? [] : ['mounts a token of the API server']),
    ...(at(selector, 'app') === undefined ? ['selects pods by no app'] : []),
    ...(inject === 'false' ? ['leaves the mesh'] : []),
    ...listAt(spec, 'containers')
      .filter((container) => at(container, 'securityContext', 'allowPrivilegeEscalation') !== false)
      .map(() => 'lets a container gain privileges'),
  ];
};

const rules: Readonly<Record<string, Rule>> = {
  VirtualService: virtualService,
  DestinationRule: destinationRule,
  Service: service,
  Deployment: podTemplate,
  StatefulSet: podTemplate,
  HTTPRoute: namesNoNamespace,
  Ingress: namesNoNamespace,
  ServiceMonitor: namesNoNamespace,
  HorizontalPodAutoscaler: namesNoNamespace,
};
