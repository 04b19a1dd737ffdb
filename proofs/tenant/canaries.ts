import type { Kube } from '../kube/kube.ts';
import type { KubeObject } from '../kube/object.ts';
import { ownedKindNames } from '../stack.ts';
import { scene } from './attacks/attack.ts';
import { platformKinds, platformName } from './attacks/objects.ts';

/** Namespaces of others: nothing in them may change while the tenant attacks. */
export const foreignNamespaces = [scene.victim, 'istio-system', 'platform'] as const;

const mark = { 'example.com/canary': 'true' };

/** Labels and annotations that would make the operator take an object for a part of the tenant's stack. */
const pretending = {
  ...mark,
  'app.kubernetes.io/managed-by': 'ecommercestack-operator',
  'app.kubernetes.io/instance': scene.stack,
  'ecommercestack.dev/stack': scene.stack,
  'ecommercestack.dev/service': 'product',
};

/** Objects of others, some of which look as if they were the tenant's stack's. */
export function canaryObjects(): KubeObject[] {
  return foreignNamespaces.flatMap((namespace): KubeObject[] => [
    {
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name: scene.victimSecret, namespace, labels: mark },
      stringData: { password: 'not-for-tenants', url: 'postgres://victim' },
    },
    {
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name: 'canary', namespace, labels: pretending },
      data: { 'revision.json': '{}' },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Service' },
      metadata: { name: 'canary', namespace, labels: pretending },
      spec: { type: 'ClusterIP', selector: { app: 'canary' }, ports: [{ name: 'http', port: 80 }] },
    },
    {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
      metadata: { name: 'canary', namespace, labels: pretending },
      spec: { podSelector: { matchLabels: { app: 'canary' } }, policyTypes: ['Ingress'] },
    },
    {
      ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
      metadata: { name: 'canary', namespace, labels: pretending },
      spec: { hosts: ['canary.example.com'], http: [{ route: [{ destination: { host: 'canary' } }] }] },
    },
  ]);
}

const selector = (name: string) => ({ matchLabels: { app: name } });

/** Objects of the platform in the tenant's own namespace, one a Kind, which stacks of the same names must leave alone. */
export function platformObjects(): KubeObject[] {
  const specs: Readonly<Record<(typeof platformKinds)[number], { apiVersion: string; spec?: unknown }>> = {
    ServiceAccount: { apiVersion: 'v1' },
    Service: {
      apiVersion: 'v1',
      spec: { selector: { app: 'platform' }, ports: [{ name: 'http', port: 80 }] },
    },
    Deployment: {
      apiVersion: 'apps/v1',
      spec: {
        replicas: 0,
        selector: selector('platform'),
        template: {
          metadata: { labels: { app: 'platform' } },
          spec: { containers: [{ name: 'x', image: 'x' }] },
        },
      },
    },
    NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', spec: { podSelector: selector('platform') } },
    VirtualService: {
      apiVersion: 'networking.istio.io/v1',
      spec: { hosts: ['platform'], http: [{ route: [{ destination: { host: 'platform' } }] }] },
    },
    DestinationRule: { apiVersion: 'networking.istio.io/v1', spec: { host: 'platform' } },
    AuthorizationPolicy: { apiVersion: 'security.istio.io/v1', spec: { selector: selector('platform') } },
  };
  return platformKinds.map((kind) => ({
    kind,
    ...specs[kind],
    metadata: { name: platformName(kind), namespace: scene.tenant, labels: mark },
  }));
}

/** The text of every object that must not change, by where it stands. */
export async function foreignState(kube: Kube): Promise<Map<string, string>> {
  const kinds = [...ownedKindNames(), { apiVersion: 'v1', kind: 'Secret' }];
  const lists = await Promise.all(
    kinds.flatMap(({ apiVersion, kind }) => [
      ...foreignNamespaces.map((namespace) => kube.list(apiVersion, kind, { namespace })),
      kube.list(apiVersion, kind, { namespace: scene.tenant, labels: 'example.com/canary=true' }),
    ]),
  );
  return new Map(
    lists.flat().map((object) => {
      const { kind, metadata } = object;
      return [`${kind} ${metadata.namespace}/${metadata.name}`, JSON.stringify(withoutReport(object))];
    }),
  );
}

/** Controllers of the cluster report in `status`, which changes the version too; all else is somebody's intent. */
function withoutReport({ status, ...object }: KubeObject & { status?: unknown }): unknown {
  const reports = status !== undefined;
  const { resourceVersion, managedFields, ...metadata } = object.metadata;
  return reports
    ? { ...object, metadata }
    : { ...object, metadata: { ...metadata, resourceVersion, managedFields } };
}

/** What differs between two states, a sentence each. */
export function changesOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => `${key} is gone`);
  const made = [...after.keys()].filter((key) => !before.has(key)).map((key) => `${key} was made`);
  const changed = [...before]
    .filter(([key, text]) => after.has(key) && after.get(key) !== text)
    .map(([key]) => `${key} was changed`);
  return [...gone, ...made, ...changed];
}
