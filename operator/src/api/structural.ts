/** From zod to the structural schema that a CRD must have. */
import { z } from 'zod';
import type { Rule } from './rules/rule.ts';

export type Validation = { rule: string; message: string; fieldPath?: string; reason?: string };

/** The subset of OpenAPI v3 that a structural schema uses. */
export type StructuralSchema = {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  description?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  required?: string[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: Validation[];
  /** What completes the field when neither the user nor `default` does; only for the reference, never in the CRD. */
  'x-computed-default'?: string;
};

/** The structural schema of `schema`, with computed defaults still noted; throws where a limit or text is missing. */
export function toStructural(schema: z.ZodType): StructuralSchema {
  // The result is JSON by contract of zod; `tidy` rewrites or rejects whatever a structural schema may not hold.
  const raw = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Raw;
  return tidy(raw, '');
}

type Raw = Omit<StructuralSchema, 'properties' | 'items' | 'additionalProperties' | 'anyOf'> & {
  properties?: Record<string, Raw>;
  items?: Raw;
  additionalProperties?: Raw | boolean;
  anyOf?: Raw[];
  $schema?: string;
  $ref?: string;
};

function tidy(raw: Raw, path: string): StructuralSchema {
  const { properties, items, additionalProperties, anyOf, $schema: _, $ref, ...rest } = raw;
  if ($ref !== undefined) throw new Error(`${path}: a structural schema has no $ref`);
  if (anyOf !== undefined) return intOrString(rest, anyOf, path);
  const node: StructuralSchema = { ...rest };
  if (properties !== undefined) {
    node.properties = Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [
        name,
        described(tidy(child, `${path}.${name}`), `${path}.${name}`),
      ]),
    );
  }
  if (items !== undefined) node.items = tidy(items, `${path}[]`);
  if (typeof additionalProperties === 'object')
    node.additionalProperties = tidy(additionalProperties, `${path}{}`);
  if (node.default !== undefined) node.default = filled(node, node.default);
  node.description = withComputedDefault(node);
  requireLimits(node, path);
  return node;
}

/** The description with the computed default before its example, so that `kubectl explain` tells it too. */
function withComputedDefault({
  description,
  'x-computed-default': computed,
}: StructuralSchema): string | undefined {
  if (description === undefined || computed === undefined) return description;
  const [text, ...examples] = description.split(/ (?=Example: )/);
  return [text, `Default: ${computed}.`, ...examples].join(' ');
}

/** The default with the defaults of its members: the API server judges it by the rules as it stands. */
function filled(node: StructuralSchema, given: unknown): unknown {
  if (node.properties === undefined || typeof given !== 'object' || given === null) return given;
  const members = Object.entries(node.properties).map(([name, child]) => {
    const value: unknown = Reflect.get(given, name) ?? child.default;
    return [name, value === undefined ? undefined : filled(child, value)] as const;
  });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function intOrString(rest: Partial<Raw>, variants: Raw[], path: string): StructuralSchema {
  const text = variants.find((variant) => variant.type === 'string');
  const whole = variants.find((variant) => variant.type === 'integer');
  if (rest['x-kubernetes-int-or-string'] !== true || text === undefined || whole === undefined) {
    throw new Error(`${path}: a union that is not int-or-string; use members and a rule`);
  }
  const node: StructuralSchema = {
    ...(rest as StructuralSchema), // the union's own keywords; its variants are taken apart below
    pattern: text.pattern,
    maxLength: text.maxLength,
    minimum: whole.minimum,
    maximum: whole.maximum,
    description: withComputedDefault(rest as StructuralSchema), // as above
  };
  return node;
}

function described(node: StructuralSchema, path: string): StructuralSchema {
  if (node.description === undefined) throw new Error(`${path}: has no description`);
  return node;
}

function requireLimits(node: StructuralSchema, path: string): void {
  const missing = (limit: string) => new Error(`${path}: has no ${limit}`);
  if (node.type === 'string' && node.enum === undefined && node.maxLength === undefined)
    throw missing('maxLength');
  if (node.type === 'array' && node.maxItems === undefined) throw missing('maxItems');
  if (node.additionalProperties !== undefined && node.maxProperties === undefined)
    throw missing('maxProperties');
}

/** A copy of `schema` in which every rule stands at its nodes; throws for a rule whose node does not exist. */
export function withRules(schema: StructuralSchema, rules: readonly Rule[]): StructuralSchema {
  const copy = structuredClone(schema);
  for (const rule of rules) {
    for (const path of rule.at) {
      const node = nodeAt(copy, path);
      if (node === undefined) throw new Error(`rule ${rule.code}: no schema node at ${path}`);
      node['x-kubernetes-validations'] = [...(node['x-kubernetes-validations'] ?? []), toValidation(rule)];
    }
  }
  return copy;
}

function toValidation({ cel, message, field, reason }: Rule): Validation {
  return {
    rule: cel,
    message,
    ...(field === undefined ? {} : { fieldPath: field }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The node at a path such as spec.services[].env[]; `[]` is an item, `{}` a value of a map. */
export function nodeAt(schema: StructuralSchema, path: string): StructuralSchema | undefined {
  return pathSteps(path).reduce<StructuralSchema | undefined>((node, step) => {
    if (step === '[]') return node?.items;
    return step === '{}' ? node?.additionalProperties : node?.properties?.[step];
  }, schema);
}

/** The elements of a path: names, `[]` and `{}`. */
export function pathSteps(path: string): string[] {
  return path.match(/\[\]|\{\}|[^.[\]{}]+/g) ?? [];
}

/** A copy without anything that is not part of the CRD format. */
export function withoutNotes(schema: StructuralSchema): StructuralSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === 'x-computed-default' ? undefined : value)),
  ) as StructuralSchema; // a JSON round trip keeps the shape
}
