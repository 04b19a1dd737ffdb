import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { at } from '../kube/object.ts';

/** A node of the schema as the API server gets it; only the keywords that the CRD uses. */
export type SchemaNode = {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly {
    readonly rule: string;
    readonly message: string;
    readonly fieldPath?: string;
  }[];
};

const file = join(import.meta.dirname, '../../crds/ecommercestack.dev_ecommercestacks.yaml');

/** The schema that `kubectl apply -f crds/` gives to the API server. */
export function stackSchema(): SchemaNode {
  const definition = load(readFileSync(file, 'utf8'));
  const schema = at(definition, 'spec', 'versions', 0, 'schema', 'openAPIV3Schema');
  if (schema === undefined) throw new Error(`${file} has no schema`);
  // The API server takes this file for a structural schema, which the type above describes.
  return schema as SchemaNode;
}

/** A node of the schema and where it stands: names, `[]` for the items of a list, `{}` for the values of a map. */
export type Located = { readonly path: string; readonly node: SchemaNode };

/** The node and all nodes below it, each before its own members. */
export function nodesBelow(node: SchemaNode, path: string): Located[] {
  const members = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    nodesBelow(child, `${path}.${name}`),
  );
  const items = node.items === undefined ? [] : nodesBelow(node.items, `${path}[]`);
  const values =
    node.additionalProperties === undefined ? [] : nodesBelow(node.additionalProperties, `${path}{}`);
  return [{ path, node }, ...members, ...items, ...values];
}

/** Nodes that hold a value rather than further nodes; a map of texts is one leaf. */
export function leavesBelow(node: SchemaNode, path: string): Located[] {
  const isScalar = (child: SchemaNode | undefined) =>
    child !== undefined && child.properties === undefined && child.items === undefined;
  const isLeaf = (child: SchemaNode) =>
    isScalar(child) && (child.additionalProperties === undefined || isScalar(child.additionalProperties));
  return nodesBelow(node, path).filter((located) => !located.path.endsWith('{}') && isLeaf(located.node));
}

/** The value with the defaults that the API server fills in; members that are null count as left out. */
export function withDefaults(node: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withDefaults(node.items ?? {}, item));
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value)
    .filter(([, child]) => child !== null)
    .map(([name, child]) => [
      name,
      withDefaults(node.properties?.[name] ?? node.additionalProperties ?? {}, child),
    ]);
  const result: Record<string, unknown> = Object.fromEntries(given);
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    if (result[name] === undefined && child.default !== undefined) {
      result[name] = withDefaults(child, structuredClone(child.default));
    }
  }
  return result;
}
