import { actionSchema, stackSchema } from '../../operator/src/api/crd.ts';
import { embeddedImages, type Profile, profiles } from '../../operator/src/api/defaults/profiles.ts';
import type { StructuralSchema } from '../../operator/src/api/structural.ts';

type Field = { readonly path: string; readonly node: StructuralSchema; readonly required: boolean };

/** Members of customServices[] that read exactly like those of services[] are listed once. */
const listedElsewhere = /^spec\.customServices\[\]\.(?!name$|image)/;

/** Every field below `node`, parents before members. */
export function fieldsOf(node: StructuralSchema, path: string): Field[] {
  const members = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return [
      { path: at, node: child, required: node.required?.includes(name) === true },
      ...fieldsOf(child, at),
    ];
  });
  const items = node.items === undefined ? [] : fieldsOf(node.items, `${path}[]`);
  const values =
    node.additionalProperties === undefined ? [] : fieldsOf(node.additionalProperties, `${path}{}`);
  return [...members, ...items, ...values];
}

/** Type and limits in the words of a reader: `string ≤ 63`, `list of objects ≤ 32, by name`. */
export function typeOf(node: StructuralSchema): string {
  if (node['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.items !== undefined) return `list of ${plural(node.items)} ≤ ${node.maxItems}${mergeOf(node)}`;
  if (node.additionalProperties !== undefined) {
    return `map to ${plural(node.additionalProperties)} ≤ ${node.maxProperties}`;
  }
  if (node.type === 'string') return `string ≤ ${node.maxLength}`;
  if (node.type === 'integer') return `integer ${node.minimum ?? ''}–${node.maximum ?? ''}`;
  return node.type ?? 'any';
}

function plural(node: StructuralSchema): string {
  return node.type === 'object' ? 'objects' : `${node.type ?? 'value'}s`;
}

function mergeOf(node: StructuralSchema): string {
  if (node['x-kubernetes-list-type'] === 'map')
    return `, by ${node['x-kubernetes-list-map-keys']?.join(', ')}`;
  return node['x-kubernetes-list-type'] === 'set' ? ', each once' : ', in order';
}

function defaultOf({ node, required }: Field): string {
  if (node.default !== undefined && node.type !== 'object') return `\`${JSON.stringify(node.default)}\``;
  if (node['x-computed-default'] !== undefined) return node['x-computed-default'];
  const told = /Default: (.+?)\.(?= [A-Z]|$)/.exec(node.description ?? '');
  return told?.[1] ?? (required ? '**required**' : '–');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

function section(name: string, fields: readonly Field[]): string {
  const own = fields.filter(
    ({ path }) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`),
  );
  const rows = own.map((field) => [
    `\`${field.path}\``,
    typeOf(field.node),
    defaultOf(field),
    field.node.description ?? '',
  ]);
  const note = name === 'spec.customServices' ? 'All members of `spec.services[]` besides these.\n\n' : '';
  return `### ${name}\n\n${note}${table(['field', 'type', 'default', 'meaning'], rows)}\n`;
}

function profileRows(): string[][] {
  const row = (name: string, value: (profile: Profile) => string) => [
    name,
    value(profiles.Dev),
    value(profiles.Production),
  ];
  const amounts = ({ requests, limits }: Profile['resources']) =>
    `requests ${requests.cpu} CPU, ${requests.memory}; limits ${limits.cpu} CPU, ${limits.memory}`;
  return [
    row('replicas of a service', ({ replicas, replicasOf }) =>
      [`${replicas}`, ...Object.entries(replicasOf).map(([name, count]) => `${name} ${count}`)].join(', '),
    ),
    row('resources of a service', ({ resources }) => amounts(resources)),
    row('resources of the monolith', ({ monolithResources }) => amounts(monolithResources)),
    row('disruption budget with two or more pods', ({ maxUnavailable }) =>
      maxUnavailable === undefined ? 'none' : `maxUnavailable ${maxUnavailable}`,
    ),
    row('spread over nodes', ({ spreadOverNodes }) => (spreadOverNodes ? 'where possible' : 'no')),
    row('deletionPolicy of stores', ({ deletionPolicy }) => deletionPolicy),
    row('volume of a store', ({ storageSize }) => storageSize),
    row('servers of a store run by its operator', ({ managedReplicas }) => `${managedReplicas}`),
    row('partitions of a topic', ({ partitions }) => `${partitions}`),
    ...(['postgres', 'mongodb', 'redis', 'search', 'kafka'] as const).map((store) =>
      row(`resources of ${store} (image \`${embeddedImages[store]}\`)`, ({ stores }) =>
        amounts(stores[store]),
      ),
    ),
  ];
}

/** The page of the API: every field with type, default and meaning, every default at a glance, every profile. */
export function referenceFiles(): Record<string, string> {
  const schema = stackSchema();
  const fields = fieldsOf(schema, '').filter(
    ({ path }) => /^(spec|status)\./.test(path) && !listedElsewhere.test(path),
  );
  const topLevel = Object.keys(schema.properties?.['spec']?.properties ?? {}).map((name) => `spec.${name}`);
  const isSection = (name: string) =>
    fields.some(({ path }) => path.startsWith(`${name}.`) || path.startsWith(`${name}[`));
  const plain = topLevel.filter((name) => !isSection(name));
  const plainRows = fields
    .filter(({ path }) => plain.includes(path))
    .map((field) => [
      `\`${field.path}\``,
      typeOf(field.node),
      defaultOf(field),
      field.node.description ?? '',
    ]);
  const defaults = fields
    .filter(({ path }) => path.startsWith('spec.'))
    .map((field) => [`\`${field.path}\``, defaultOf(field)])
    .filter(([, value]) => value !== '–' && value !== '**required**');
  const page = [
    '<!-- Generated by `npm run generate` from operator/src/api/schema. Do not edit. -->',
    '# EcommerceStack, ecommercestack.dev/v1alpha1',
    schema.description ?? '',
    'The same text is in the cluster: `kubectl explain ecs.spec --recursive`, `kubectl explain ecs.spec.mesh.mtls`.',
    '## Fields',
    table(['field', 'type', 'default', 'meaning'], plainRows),
    ...topLevel.filter(isSection).map((name) => section(name, fields)),
    section('status', fields),
    '## Every default',
    'A default in code font is filled in by the API server and stored; the others are worked out by the operator.',
    table(['field', 'default'], defaults),
    '## Profiles',
    table(['', 'Dev', 'Production'], profileRows()),
  ];
  return {
    'docs/reference/ecommercestack.md': `${page.map((part) => part.trimEnd()).join('\n\n')}\n`,
    'docs/reference/rolloutaction.md': actionPage(),
  };
}

const exampleAction = `apiVersion: ecommercestack.dev/v1alpha1
kind: RolloutAction
metadata:
  generateName: user-promote-
spec:
  stackUID: 5d0c3f5e-6a3b-4d2c-9a39-5f7f6a1f1c11   # kubectl get ecs shop -o jsonpath={.metadata.uid}
  target: {type: Service, name: user}
  action: Promote
  rolloutID: 3f9a1c07be-1                           # status.services[] of the stack
  expectedStep: 0
  reason: error rate is fine
  requestedBy: jane@example.com                     # kubectl auth whoami`;

function actionPage(): string {
  const schema = actionSchema();
  const fields = fieldsOf(schema, '').filter(({ path }) => /^(spec|status)\./.test(path));
  const page = [
    '<!-- Generated by `npm run generate` from operator/src/api/schema. Do not edit. -->',
    '# RolloutAction, ecommercestack.dev/v1alpha1',
    schema.description ?? '',
    'The plugin writes them: `kubectl ecommerce promote shop user --reason "…"`, see [kubectl-ecommerce](../kubectl-ecommerce.md). By hand:',
    `\`\`\`yaml\n${exampleAction}\n\`\`\``,
    'Which right each action needs is listed in [the chart](../../charts/ecommercestack-operator/README.md#who-may-do-what).',
    '## Fields',
    section('spec', fields),
    section('status', fields),
  ];
  return `${page.map((part) => part.trimEnd()).join('\n\n')}\n`;
}
