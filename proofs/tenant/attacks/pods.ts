import { servicesWith } from '../../small-stack.ts';
import { type Attack, contained, onCustom, onProduct, refused, scene } from './attack.ts';

/** Members of a pod or container that would loosen it; the schema knows none of them. */
const loosening: Readonly<Record<string, unknown>> = {
  hostNetwork: true,
  hostPID: true,
  hostIPC: true,
  hostUsers: true,
  nodeName: 'kwok-node',
  serviceAccountName: 'default',
  automountServiceAccountToken: true,
  runtimeClassName: 'unconfined',
  shareProcessNamespace: true,
  securityContext: { runAsUser: 0 },
  volumes: [{ name: 'host', hostPath: { path: '/' } }],
  initContainers: [{ name: 'init', image: 'x' }],
  schedulerName: 'mine',
  hostAliases: [{ ip: '127.0.0.1', hostnames: ['user-service.victim'] }],
  dnsConfig: { searches: ['victim.svc.cluster.local'] },
};

const podFields: readonly Attack[] = Object.entries(loosening).map(([member, value]) =>
  onProduct('pod-field', member, { pod: { [member]: value } }, refused),
);

const containerFields: readonly Attack[] = Object.entries({
  securityContext: { privileged: true },
  command: ['sh'],
  args: ['-c', 'id'],
  volumeMounts: [{ name: 'x', mountPath: '/host' }],
  lifecycle: { preStop: { exec: { command: ['sh'] } } },
  hostPort: 80,
  containerPort: 80,
}).map(([member, value]) => onCustom('container-field', member, { [member]: value }, refused));

const ownLabels: readonly Attack[] = [
  { app: 'user-service' },
  { version: 'v9' },
  { 'app.kubernetes.io/managed-by': 'Helm' },
  { 'ecommercestack.dev/stack': 'other' },
  { 'ecommercestack.dev/deployment': 'user-service' },
  { 'ecommercestack.dev/serves-user': 'true' },
].map((labels) => onProduct('label-of-operator', JSON.stringify(labels), { pod: { labels } }, refused));

const otherLabels: readonly Attack[] = [
  { 'sidecar.istio.io/inject': 'false' },
  { istio: 'ingressgateway' },
  { 'pod-security.kubernetes.io/enforce': 'privileged' },
  { 'security.istio.io/tlsMode': 'disabled' },
  { 'istio.io/rev': 'mine' },
  { 'k8s-app': 'kube-dns' },
].map((labels) => onProduct('label-of-others', JSON.stringify(labels), { pod: { labels } }, contained));

const annotations: readonly Attack[] = [
  { 'container.apparmor.security.beta.kubernetes.io/product-service': 'unconfined' },
  { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' },
  { 'sidecar.istio.io/inject': 'false' },
  { 'sidecar.istio.io/userVolume': '[{"name":"h","hostPath":{"path":"/"}}]' },
  { 'inject.istio.io/templates': 'gateway' },
  { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080' },
  { 'proxy.istio.io/config': '{"discoveryAddress":"x.victim:15012"}' },
  { 'ecommercestack.dev/applied': 'forged' },
].map((pairs) =>
  onProduct('annotation-of-pod', JSON.stringify(pairs), { pod: { annotations: pairs } }, contained),
);

const placing: readonly Attack[] = [
  onProduct(
    'affinity-to-others',
    'namespaces',
    {
      pod: {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'a', namespaces: [scene.victim] },
            ],
          },
        },
      },
    },
    refused,
  ),
  onProduct(
    'affinity-to-others',
    'namespaceSelector',
    {
      pod: {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a', namespaceSelector: {} }],
          },
        },
      },
    },
    refused,
  ),
  onProduct(
    'affinity-to-others',
    'every taint',
    { pod: { tolerations: [{ operator: 'Exists' }] } },
    contained,
  ),
  onProduct(
    'affinity-to-others',
    'nodes of the control plane',
    { pod: { nodeSelector: { 'node-role.kubernetes.io/control-plane': '' } } },
    contained,
  ),
];

const variable = (name: string, value: string) =>
  onProduct('text-as-program', `${name}=${value}`, { env: [{ name, value }] }, contained);

/** Text that would be a program for a shell, a template engine, a query or a parser. */
const programs: readonly Attack[] = [
  variable('SHELL_TEXT', '$(curl victim) `id`; rm -rf /'),
  variable('TEMPLATE_TEXT', '{{ .Secrets }} #{victim} <%= 1 %>'),
  variable('YAML_TEXT', '"\n---\napiVersion: v1\nkind: Secret\nmetadata: {namespace: victim}'),
  variable('QUERY_TEXT', '"} or kube_secret_labels{namespace="victim"'),
  onProduct(
    'text-as-program',
    'NODE_OPTIONS',
    { env: [{ name: 'NODE_OPTIONS', value: '--require /proc/self/environ' }] },
    contained,
  ),
  ...['SERVICE', 'POD_NAMESPACE', 'PORT'].map((name) =>
    onProduct('text-as-program', name, { env: [{ name, value: 'x' }] }, refused),
  ),
  onProduct(
    'text-as-program',
    'field of the pod',
    { env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName; drop' } } }] },
    refused,
  ),
  {
    kind: 'text-as-program',
    name: 'name of a cookie',
    spec: {
      services: servicesWith({
        rollout: {
          strategy: 'Canary',
          canary: { weight: 10, sticky: { cookie: { name: 'a; Domain=victim.example.com' } } },
        },
      }),
    },
    wanted: refused,
  },
  ...['registry.example.com/x y', 'victim\nregistry'].map(
    (registry): Attack => ({
      kind: 'text-as-program',
      name: registry,
      spec: { imageDefaults: { registry } },
      wanted: refused,
    }),
  ),
];

export const podAttacks: readonly Attack[] = [
  ...podFields,
  ...containerFields,
  ...ownLabels,
  ...otherLabels,
  ...annotations,
  ...placing,
  ...programs,
];
