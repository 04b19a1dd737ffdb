import { type Members, servicesWith } from '../../small-stack.ts';
import { type Attack, contained, onCustom, onProduct, refused, scene, type Wanted } from './attack.ts';

type Place = { readonly at: string; readonly spec: (reference: Members) => Members };

/** Every place of a stack that names another object, with what the reference is made of. */
const places: readonly Place[] = [
  {
    at: 'data.postgres.secretRef',
    spec: (reference) => ({ data: { postgres: { mode: 'External', secretRef: reference } } }),
  },
  {
    at: 'data.redis.secretRef',
    spec: (reference) => ({ data: { redis: { mode: 'External', secretRef: reference } } }),
  },
  {
    at: 'eventBus.kafka.secretRef',
    spec: (reference) => ({ eventBus: { kafka: { mode: 'External', secretRef: reference } } }),
  },
  {
    at: 'imageDefaults.pullSecrets',
    spec: (reference) => ({ imageDefaults: { pullSecrets: [reference] } }),
  },
  {
    at: 'services[].env[].valueFrom.secretKeyRef',
    spec: (reference) => ({
      services: servicesWith({
        env: [{ name: 'X', valueFrom: { secretKeyRef: { key: 'url', ...reference } } }],
      }),
    }),
  },
  {
    at: 'services[].env[].valueFrom.configMapKeyRef',
    spec: (reference) => ({
      services: servicesWith({
        env: [{ name: 'X', valueFrom: { configMapKeyRef: { key: 'url', ...reference } } }],
      }),
    }),
  },
  {
    at: 'services[].envFrom[].secretRef',
    spec: (reference) => ({ services: servicesWith({ envFrom: [{ secretRef: reference }] }) }),
  },
  {
    at: 'services[].envFrom[].configMapRef',
    spec: (reference) => ({ services: servicesWith({ envFrom: [{ configMapRef: reference }] }) }),
  },
  {
    at: 'services[].data.mongodb.secretRef',
    spec: (reference) => ({ services: servicesWith({ data: { mongodb: { secretRef: reference } } }) }),
  },
  {
    at: 'exposure.gatewayAPI.parentRefs',
    spec: (reference) => ({ exposure: { type: 'GatewayAPI', gatewayAPI: { parentRefs: [reference] } } }),
  },
  {
    at: 'exposure.tls.issuerRef',
    spec: (reference) => ({
      exposure: { type: 'Ingress', hosts: ['t.example.com'], tls: { secretName: 't', issuerRef: reference } },
    }),
  },
];

/** References that try to say which namespace they mean. */
const namespaced: readonly Attack[] = places.map(({ at, spec }) => ({
  kind: 'namespace-in-reference',
  name: at,
  spec: spec({ name: scene.victimSecret, namespace: scene.victim }),
  wanted: refused,
}));

/** The same by a client that asks for unknown fields to be dropped. */
const dropped: readonly Attack[] = places
  .filter(({ at }) => at !== 'exposure.gatewayAPI.parentRefs')
  .map(({ at, spec }) => ({
    kind: 'namespace-dropped-in-silence',
    name: at,
    spec: spec({ name: scene.victimSecret, namespace: scene.victim }),
    lenient: true,
    wanted: contained,
  }));

/** References whose name is a path into another namespace. */
const paths: readonly Attack[] = [
  `${scene.victim}/${scene.victimSecret}`,
  `../../namespaces/${scene.victim}/secrets/${scene.victimSecret}`,
  `..%2f..%2f${scene.victim}`,
  `${scene.victimSecret}?namespace=${scene.victim}`,
  `${scene.victim}\n${scene.victimSecret}`,
].flatMap((name, index) =>
  [0, 3, 6].map((shift): Attack => {
    // Each spelling in other places, so that in the end every place has seen one.
    const place = places[(index * 2 + shift) % places.length];
    return {
      kind: 'path-in-name',
      name: `${place?.at}: ${JSON.stringify(name)}`,
      spec: place?.spec({ name }) ?? {},
      wanted: refused,
    };
  }),
);

/** Names that are no DNS names, which the API server would refuse only when they are used. */
const dotted: readonly Attack[] = ['a..b', `${scene.victim}..${scene.victimSecret}`, 'a.', 'a-.b'].map(
  (name) => onProduct('dots-in-name', name, { envFrom: [{ secretRef: { name } }] }, refused),
);

/** Names that exist next door only. */
const foreign: readonly Attack[] = [
  onProduct('foreign-name', 'envFrom', { envFrom: [{ secretRef: { name: scene.victimSecret } }] }, contained),
  onProduct(
    'foreign-name',
    'env',
    { env: [{ name: 'STOLEN', valueFrom: { secretKeyRef: { name: scene.victimSecret, key: 'password' } } }] },
    contained,
  ),
  onProduct('foreign-name', 'priority class', { pod: { priorityClassName: 'a/b' } }, refused),
  {
    kind: 'foreign-name',
    name: 'store address',
    spec: { data: { mongodb: { mode: 'External', secretRef: { name: scene.victimSecret } } } },
    wanted: contained,
  },
];

const address = `http://user-service.${scene.victim}.svc.cluster.local`;

/** Addresses of services next door, which no route and no object of the operator may lead to. */
const addresses: readonly Attack[] = [
  onProduct(
    'address-of-others',
    'external service',
    { placement: 'External', external: { url: address } },
    contained,
  ),
  onCustom(
    'address-of-others',
    'plain variable',
    { env: [{ name: 'NEXT_DOOR', value: address }] },
    contained,
  ),
  {
    kind: 'address-of-others',
    name: 'tracing',
    spec: { monitoring: { tracing: { endpoint: address } } },
    wanted: contained,
  },
  {
    kind: 'address-of-others',
    name: 'keys of the issuer',
    spec: { apiGateway: { auth: { jwt: { jwksURI: `${address}/keys` } } } },
    wanted: contained,
  },
  ...['file:///var/run/secrets', 'http://u:p@10.0.0.1/', `${address}/\r\nHost: x`, 'http://[::1]/'].map(
    (url): Attack =>
      onProduct('address-of-others', url, { placement: 'External', external: { url } }, refused),
  ),
  onCustom(
    'address-of-others',
    'call by host name',
    { calls: [{ service: `user-service.${scene.victim}` }] },
    refused,
  ),
  onCustom('address-of-others', 'call of nobody', { calls: [{ service: 'victim-service' }] }, refused),
  {
    kind: 'address-of-others',
    name: 'route to a host name',
    spec: { exposure: { routes: [{ path: '/', service: `user-service.${scene.victim}` }] } },
    wanted: refused,
  },
  {
    kind: 'address-of-others',
    name: 'provider of metrics by URL',
    spec: {
      services: servicesWith({
        rollout: {
          strategy: 'Canary',
          canary: {
            weight: 10,
            analysis: { metrics: [{ name: 'm', provider: address, query: 'up', min: 1 }] },
          },
        },
      }),
    },
    wanted: refused,
  },
];

const twoStacks: Wanted = { is: 'Answered', type: 'Stalled', reason: 'NamespaceTaken' };

/** Names of stacks. */
const stackNames: readonly Attack[] = [
  ...['a.b', 'x'.repeat(41), 'Shop', '1shop', 'shop/../x', 'shop%2fx', '-shop'].map(
    (name): Attack => ({ kind: 'name-of-stack', name, metadata: { name }, spec: {}, wanted: refused }),
  ),
  ...['kube-system', 'victim', 'default', 'istiod'].map(
    (name): Attack => ({ kind: 'name-of-stack', name, metadata: { name }, spec: {}, wanted: twoStacks }),
  ),
  {
    kind: 'name-of-stack',
    name: 'a second one with the host of the victim',
    metadata: { name: 'second' },
    spec: { exposure: { hosts: [scene.victimHost] } },
    wanted: twoStacks,
  },
];

export const referenceAttacks: readonly Attack[] = [
  ...namespaced,
  ...dropped,
  ...paths,
  ...dotted,
  ...foreign,
  ...addresses,
  ...stackNames,
];
