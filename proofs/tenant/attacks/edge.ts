import type { Members } from '../../small-stack.ts';
import { type Attack, contained, refused, scene, type Wanted } from './attack.ts';

const hostTaken: Wanted = { is: 'Answered', type: 'ExposureReady', reason: 'HostTaken' };

const host = (name: string, wanted: Wanted, more: Members = {}): Attack => ({
  kind: 'host-of-others',
  name,
  spec: { exposure: { hosts: [name], ...more } },
  wanted,
});

/** Hosts that are somebody else's, and spellings that might pass for them. */
const hosts: readonly Attack[] = [
  host(scene.victimHost, hostTaken),
  { ...host(scene.victimHost, hostTaken, { type: 'Ingress' }), name: `${scene.victimHost} by Ingress` },
  host(`pay.${scene.victimWildcard}`, hostTaken),
  host(`a.b.${scene.victimWildcard}`, hostTaken),
  host(`*.pay.${scene.victimWildcard}`, hostTaken),
  { ...host(`*.${scene.victimWildcard}`, hostTaken, { type: 'Ingress' }), name: 'the wildcard by Ingress' },
  host('*.victim.example.com', contained),
  host('*.com', contained),
  host(`user-service.${scene.victim}.svc.cluster.local`, contained),
  host(`product-service.${scene.victim}`, contained),
  host('mesh', contained),
  ...[
    '*',
    '*.*.example.com',
    scene.victimHost.toUpperCase(),
    `${scene.victimHost}.`,
    `${scene.victimHost}:80`,
    `http://${scene.victimHost}`,
    `${scene.victimHost}/`,
    ` ${scene.victimHost}`,
    'аpi.victim.example.com',
    'api.victim.example.com\u0000',
    `${scene.victim}/${scene.victimHost}`,
  ].map((name) => host(name, refused)),
];

const istio = (name: string, settings: Members, wanted: Wanted): Attack => ({
  kind: 'gateway-of-others',
  name,
  spec: { exposure: { hosts: ['t.example.com'], istioGateway: settings } },
  wanted,
});

/** Gateways that a tenant has no business with. */
const gateways: readonly Attack[] = [
  istio('egress gateway', { selector: { istio: 'egressgateway' } }, contained),
  istio('pods of the victim', { selector: { app: 'user-service' } }, contained),
  istio('every gateway', { selector: {} }, refused),
  istio('label form', { selector: { 'a b': 'c' } }, refused),
  istio(
    'identity in the victim',
    { principal: `cluster.local/ns/${scene.victim}/sa/user-service` },
    contained,
  ),
  istio('identity with two namespaces', { principal: `cluster.local/ns/${scene.victim}/ns/x/sa/y` }, refused),
  istio('wildcard identity', { principal: '*/ns/victim/sa/*' }, refused),
  istio('gateway of a namespace', { gateway: `${scene.victim}/shop` }, refused),
  {
    kind: 'gateway-of-others',
    name: 'parent with a group of its own',
    spec: {
      exposure: {
        type: 'GatewayAPI',
        gatewayAPI: { parentRefs: [{ name: 'shop', kind: 'Service', group: '' }] },
      },
    },
    wanted: refused,
  },
  {
    kind: 'gateway-of-others',
    name: 'parent by path',
    spec: { exposure: { type: 'GatewayAPI', gatewayAPI: { parentRefs: [{ name: 'victim/shop' }] } } },
    wanted: refused,
  },
  {
    kind: 'gateway-of-others',
    name: 'certificate by path',
    spec: { exposure: { hosts: ['t.example.com'], tls: { secretName: 'victim/tls' } } },
    wanted: refused,
  },
  {
    kind: 'gateway-of-others',
    name: 'certificate reference',
    spec: { exposure: { hosts: ['t.example.com'], tls: { secretName: 'kubernetes-gateway://victim' } } },
    wanted: refused,
  },
];

const ingress = (name: string, key: string, value: string, wanted: Wanted): Attack => ({
  kind: 'annotation-of-ingress',
  name,
  spec: {
    exposure: { type: 'Ingress', hosts: ['t.example.com'], ingress: { annotations: { [key]: value } } },
  },
  wanted,
});

/** Annotations by which an Ingress controller would run code or read next door. */
const annotations: readonly Attack[] = [
  ...['configuration-snippet', 'server-snippet', 'auth-snippet', 'modsecurity-snippet', 'stream-snippet'].map(
    (key) => ingress(key, `nginx.ingress.kubernetes.io/${key}`, 'proxy_pass http://victim;', refused),
  ),
  ...['auth-secret', 'auth-tls-secret', 'proxy-ssl-secret', 'auth-proxy-set-headers'].map((key) =>
    ingress(key, `nginx.ingress.kubernetes.io/${key}`, `${scene.victim}/${scene.victimSecret}`, refused),
  ),
  ingress(
    'middleware of another namespace',
    'traefik.ingress.kubernetes.io/router.middlewares',
    `${scene.victim}-auth@kubernetescrd`,
    contained,
  ),
  ingress('key form', 'a b', 'c', refused),
];

/** Settings of the mesh and of networks that reach as far as they can. */
const reach: readonly Attack[] = [
  {
    kind: 'reach-of-policy',
    name: 'mTLS of the namespace',
    spec: { mesh: { mtls: { mode: 'Permissive', scope: 'Namespace' } } },
  },
  { kind: 'reach-of-policy', name: 'authorization off', spec: { mesh: { authorization: { mode: 'Off' } } } },
  {
    kind: 'reach-of-policy',
    name: 'callers from the victim',
    spec: { mesh: { authorization: { allow: [{ principal: 'cluster.local/ns/victim/sa/x' }] } } },
  },
  {
    kind: 'reach-of-policy',
    name: 'pods of every namespace',
    spec: { networkPolicy: { allowFrom: [{ namespaceLabels: {}, podLabels: {} }] } },
  },
  {
    kind: 'reach-of-policy',
    name: 'the whole network',
    spec: {
      networkPolicy: { allowTo: [{ cidr: '0.0.0.0/0' }, { cidr: '169.254.169.254/32', ports: [80] }] },
    },
  },
  { kind: 'reach-of-policy', name: 'no policies', spec: { networkPolicy: { enabled: false } } },
  { kind: 'reach-of-policy', name: 'another trust domain', spec: { mesh: { trustDomain: 'victim.local' } } },
  {
    kind: 'reach-of-policy',
    name: 'monitoring labels',
    spec: { monitoring: { labels: { release: 'prometheus', app: 'victim' } } },
  },
].map((attack): Attack => ({ ...attack, wanted: contained }));

export const edgeAttacks: readonly Attack[] = [...hosts, ...gateways, ...annotations, ...reach];
