import type { KubeObject } from '../../kube/object.ts';
import { type Members, servicesWith } from '../../small-stack.ts';
import { type Attack, contained, onCustom, onProduct, refused, scene, type Wanted } from './attack.ts';

const nameConflict: Wanted = { is: 'Answered', type: 'Stalled', reason: 'NameConflict' };

/** Names of objects that stand in the tenant's namespace and belong to somebody else, by their Kind. */
export const platformKinds = [
  'ServiceAccount',
  'Service',
  'Deployment',
  'NetworkPolicy',
  'VirtualService',
  'DestinationRule',
  'AuthorizationPolicy',
] as const;

/** Name of the platform's object of a Kind: also a valid name of a service. */
export function platformName(kind: string): string {
  return `platform-${kind.toLowerCase()}`;
}

/** Services called like objects of others in the same namespace. */
const namesakes: readonly Attack[] = [
  ...platformKinds.map((kind) =>
    onCustom('name-of-others', kind, { name: platformName(kind) }, nameConflict),
  ),
  onCustom('name-of-others', 'the default account', { name: 'default' }, nameConflict),
  ...['product', 'product-service', 'api-gateway', 'shop-postgres', 'shop-edge', 'shop-deny-all'].map(
    (name) => onCustom('name-of-others', name, { name }, refused),
  ),
  ...['victim/x', '../x', 'x.victim', 'X', '1x', `x.${scene.victim}.svc`, 'a'.repeat(41), ''].map((name) =>
    onCustom('name-of-service', JSON.stringify(name), { name }, refused),
  ),
];

const managed = (stack: string, more: Members = {}): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'ecommercestack-operator',
  'ecommercestack.dev/stack': stack,
  ...(more as Record<string, string>), // labels, as every caller writes them
});

const forged = (name: string, metadata: Members, rest: Members = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  // ConfigMaps of the tenant, whatever they pretend to be.
  metadata: { name, namespace: scene.tenant, ...metadata } as KubeObject['metadata'],
  ...rest,
});

/** Replaced by the victim's uid when the attack is carried out. */
export const victimUid = '00000000-0000-0000-0000-victim000000';
/** Replaced by the uid of the tenant's own stack. */
export const ownUid = '00000000-0000-0000-0000-tenant000000';

const owner = (uid: string, name: string): Members => ({
  ownerReferences: [
    { apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack', name, uid, controller: true },
  ],
});

/** Objects of the tenant that claim to be a part of somebody's stack. */
const claims: readonly Attack[] = [
  {
    name: 'child of the victim',
    objects: [forged('forged-child', { labels: managed(scene.stack), ...owner(victimUid, scene.stack) })],
  },
  {
    name: 'child of the victim under another name',
    objects: [forged('forged-other', { labels: managed('other'), ...owner(victimUid, 'other') })],
  },
  {
    name: 'child of nobody',
    objects: [forged('forged-orphan', { labels: managed(scene.stack) })],
  },
  {
    name: 'child of its own that is not desired',
    objects: [forged('forged-own', { labels: managed(scene.stack), ...owner(ownUid, scene.stack) })],
  },
  {
    name: 'label with dots',
    objects: [forged('forged-path', { labels: managed('a..b') })],
  },
  {
    name: 'policy for every pod',
    objects: [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'forged-policy', namespace: scene.tenant, labels: managed(scene.stack) },
        spec: { podSelector: {}, policyTypes: ['Ingress'] },
      },
    ],
  },
].map((attack): Attack => ({ kind: 'forged-owner', spec: {}, ...attack, wanted: contained }));

const record = (name: string, revision: string, intent: string): KubeObject =>
  forged(
    name,
    {
      labels: managed(scene.stack, {
        'ecommercestack.dev/revision': revision,
        'ecommercestack.dev/service': 'product',
      }),
    },
    { data: { 'revision.json': intent } },
  );

/** Records of revisions that the operator never wrote. */
const records: readonly Attack[] = [
  ['no JSON', '{{{'],
  ['a prototype', '{"__proto__":{"blueprint":"v1"},"blueprint":"__proto__","object":"x"}'],
  ['a path', `{"blueprint":"v1","object":"../../${scene.victim}","service":"product"}`],
  ['a number', '1e999'],
  ['a deep one', `${'['.repeat(2_000)}${']'.repeat(2_000)}`],
].map(([name = '', intent = '']) => ({
  kind: 'forged-record',
  name,
  spec: { services: servicesWith({ version: 'v1.2.4' }) },
  objects: [record('product-service-0123456789', '0123456789', intent)],
  wanted: contained,
}));

const long = (count: number, of: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, index) => of(index));

/** More of everything than anybody needs. */
const sizes: readonly Attack[] = [
  onProduct('huge', 'variables', { env: long(33, (index) => ({ name: `V${index}`, value: 'x' })) }, refused),
  onProduct('huge', 'a variable', { env: [{ name: 'V', value: 'x'.repeat(1025) }] }, refused),
  onProduct('huge', 'an annotation', { pod: { annotations: { 'a/b': 'x'.repeat(1025) } } }, refused),
  onProduct('huge', 'replicas', { replicas: 501 }, refused),
  onProduct('huge', 'beyond integers', { replicas: 2 ** 53 }, refused),
  onProduct(
    'huge',
    'all that is allowed',
    {
      env: long(32, (index) => ({ name: `V${index}`, value: 'x'.repeat(1024) })),
      pod: {
        annotations: Object.fromEntries(
          long(32, (index) => [`a/b${index}`, 'x'.repeat(1024)]) as [string, string][],
        ),
      },
    },
    contained,
  ),
  {
    kind: 'huge',
    name: 'services',
    spec: {
      customServices: long(33, (index) => ({ name: `c${index}`, image: { repository: 'x', tag: 'v1' } })),
    },
    wanted: refused,
  },
  {
    kind: 'huge',
    name: 'hosts',
    spec: { exposure: { hosts: long(17, (index) => `h${index}.example.com`) } },
    wanted: refused,
  },
  { kind: 'huge', name: 'a host', spec: { exposure: { hosts: [`${'a.'.repeat(150)}b`] } }, wanted: refused },
  { kind: 'huge', name: 'an unknown field', spec: { filler: 'x'.repeat(1_000_000) }, wanted: refused },
];

/** Metadata of the stack that should not spread. */
const metadata: readonly Attack[] = [
  {
    name: 'label of a team',
    metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm', app: 'victim' } },
  },
  {
    name: 'annotation of kubectl',
    metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } },
  },
  { name: 'finalizer', metadata: { finalizers: ['example.com/never'] } },
].map((attack): Attack => ({ kind: 'metadata-of-stack', spec: {}, ...attack, wanted: contained }));

export const objectAttacks: readonly Attack[] = [...namesakes, ...claims, ...records, ...sizes, ...metadata];
