/** The CustomResourceDefinitions, made from the schemas and the rules. */
import { group, kind, spec, version } from './ecommercestack.ts';
import { actionKind } from './rolloutaction.ts';
import { actionRules } from './rules/action.ts';
import { rules } from './rules.ts';
import { actionSpec, actionStatus } from './schema/action.ts';
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

/** The whole schema of RolloutAction with its rules. */
export function actionSchema(): StructuralSchema {
  return withRules(
    {
      type: 'object',
      description:
        'RolloutAction asks for one step of one rollout: promote, abort, set a weight and the like. Who may ask for what is decided by RBAC; the answer stands in status. Actions do not belong in Git.',
      required: ['spec'],
      properties: {
        apiVersion: { type: 'string', description: `Version of the format: ${group}/${version}.` },
        kind: { type: 'string', description: `Kind of the object: ${actionKind}.` },
        metadata: { type: 'object', properties: { name: { type: 'string' } } },
        spec: toStructural(actionSpec),
        status: toStructural(actionStatus),
      },
    },
    actionRules,
  );
}

const actionColumns: readonly Column[] = [
  { name: 'Target', type: 'string', jsonPath: '.spec.target.name', description: 'Service or release group.' },
  { name: 'Action', type: 'string', jsonPath: '.spec.action', description: 'What is asked.' },
  { name: 'Result', type: 'string', jsonPath: '.status.result', description: 'How it ended.' },
  { name: 'By', type: 'string', jsonPath: '.spec.requestedBy', description: 'Who asked.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since creation.' },
  { name: 'Reason', type: 'string', jsonPath: '.spec.reason', description: 'Why.', priority: 1 },
  {
    name: 'Message',
    type: 'string',
    jsonPath: '.status.message',
    description: 'What was done, or why nothing was.',
    priority: 1,
  },
];

/** The CRD of EcommerceStack as `crds/` holds it. */
export function ecommerceStackCrd(): Record<string, unknown> {
  return definition(
    { kind, plural: 'ecommercestacks', shortNames: ['ecs'], categories: ['all', 'ecommerce'] },
    columns,
    stackSchema(),
  );
}

/** The CRD of RolloutAction as `crds/` holds it. */
export function rolloutActionCrd(): Record<string, unknown> {
  return definition(
    { kind: actionKind, plural: 'rolloutactions', shortNames: ['roact'], categories: ['ecommerce'] },
    actionColumns,
    actionSchema(),
  );
}

type Names = {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
};

function definition(
  { kind: name, plural, shortNames, categories }: Names,
  additionalPrinterColumns: readonly Column[],
  schema: StructuralSchema,
): Record<string, unknown> {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: name,
        listKind: `${name}List`,
        plural,
        singular: name.toLowerCase(),
        shortNames,
        categories,
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns,
          schema: { openAPIV3Schema: withoutNotes(schema) },
        },
      ],
    },
  };
}
