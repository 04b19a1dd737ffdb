/** The CustomResourceDefinition of EcommerceStack. */
import { group, kind, spec, version } from './ecommercestack.ts';
import { rules } from './rules.ts';
import { status } from './schema/status.ts';
import { type StructuralSchema, toStructural, withoutNotes, withRules } from './structural.ts';

type Column = { name: string; type: string; jsonPath: string; description: string; priority?: number };

/** The whole schema with rules and with notes on computed defaults: what the reference is generated from. */
export function stackSchema(): StructuralSchema {
  return withRules(
    {
      type: 'object',
      description:
        'EcommerceStack describes a whole e-commerce platform: its services, their stores, how they are reached and how new versions roll out. One stack a namespace.',
      required: ['spec'],
      properties: {
        apiVersion: { type: 'string', description: `Version of the format: ${group}/${version}.` },
        kind: { type: 'string', description: `Kind of the object: ${kind}.` },
        metadata: { type: 'object', properties: { name: { type: 'string' } } },
        spec: toStructural(spec),
        status: toStructural(status),
      },
    },
    rules,
  );
}

const columns: readonly Column[] = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'Whether everything the spec asks for is there and serves.',
  },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'State in one word.' },
  {
    name: 'Services',
    type: 'string',
    jsonPath: '.status.summary.services',
    description: 'Ready services of all.',
  },
  { name: 'Canary', type: 'string', jsonPath: '.status.summary.canary', description: 'Canaries under way.' },
  { name: 'Version', type: 'string', jsonPath: '.spec.version', description: 'Version of the stack.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since creation.' },
  {
    name: 'Host',
    type: 'string',
    jsonPath: '.spec.exposure.hosts[0]',
    description: 'First host at the edge.',
    priority: 1,
  },
  { name: 'Mesh', type: 'string', jsonPath: '.spec.mesh.type', description: 'Service mesh.', priority: 1 },
  {
    name: 'Message',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
    description: 'What holds the stack up, and what to do.',
    priority: 1,
  },
];

/** The CRD as `crds/` holds it. */
export function ecommerceStackCrd(): Record<string, unknown> {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `ecommercestacks.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural: 'ecommercestacks',
        singular: 'ecommercestack',
        shortNames: ['ecs'],
        categories: ['all', 'ecommerce'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: withoutNotes(stackSchema()) },
        },
      ],
    },
  };
}
