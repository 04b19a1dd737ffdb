import type { Random } from '../random.ts';
import { draw, identityOf } from './draw.ts';
import { type Members, put, type Steps, valueAt } from './json.ts';
import { drawMatch } from './pattern.ts';
import type { SchemaNode } from './schema.ts';

/** What can be wrong with one value by the schema alone. */
export const faultKinds = [
  ...(['type', 'fraction', 'minimum', 'maximum', 'pattern', 'tooShort', 'tooLong', 'enum'] as const),
  ...([
    'required',
    'unknown',
    'tooFewItems',
    'tooManyItems',
    'tooManyEntries',
    'duplicate',
    'nullItem',
  ] as const),
];
export type FaultKind = (typeof faultKinds)[number];

/** One thing that can be made wrong: where, the value that does it, and the path that has to be named. */
export type Fault = {
  readonly kind: FaultKind;
  readonly steps: Steps;
  readonly path: string;
  /** The wrong value; undefined takes the member away. */
  readonly make: (random: Random) => unknown;
};

type Place = {
  readonly node: SchemaNode;
  readonly value: unknown;
  readonly steps: Steps;
  readonly path: string;
};
type Make = Fault['make'];

/** Every fault that can be planted in a value, at it and below it. */
export function faultsIn(node: SchemaNode, value: unknown, steps: Steps, path: string): Fault[] {
  if (value === undefined || value === null) return [];
  const place = { node, value, steps, path };
  if (Array.isArray(value)) return [...listFaults(place, value), ...below(place, value)];
  if (typeof value === 'object') return [...objectFaults(place), ...below(place, value)];
  return scalarFaults(place);
}

function below({ node, steps, path }: Place, value: object): Fault[] {
  return Object.entries(value).flatMap(([name, child]) => {
    if (Array.isArray(value)) {
      const index = Number(name);
      return faultsIn(node.items ?? {}, child, [...steps, index], `${path}[${index}]`);
    }
    const schema = node.properties?.[name] ?? node.additionalProperties ?? {};
    return faultsIn(schema, child, [...steps, name], `${path}.${name}`);
  });
}

const wrongTypes: Readonly<Record<string, readonly unknown[]>> = {
  string: [7, true, {}, []],
  integer: ['7', true, {}, []],
  boolean: ['true', 1, {}, []],
  object: ['text', 1, true, []],
  array: ['text', 1, true, {}],
};

function typeFault(place: Place): Fault {
  const { node, steps, path } = place;
  const either = node['x-kubernetes-int-or-string'] === true;
  const wrong = either ? [true, {}, []] : (wrongTypes[node.type ?? ''] ?? [null]);
  return { kind: 'type', steps, path, make: (random) => random.pick(wrong) };
}

function scalarFaults(place: Place): Fault[] {
  const { node, steps, path } = place;
  const fault = (kind: FaultKind, make: Make): Fault => ({ kind, steps, path, make });
  const { minimum, maximum, pattern, minLength = 0, maxLength } = node;
  const takesNumber = node.type === 'integer' || node['x-kubernetes-int-or-string'] === true;
  const takesText =
    node.enum === undefined && (node.type === 'string' || !takesNumber || pattern !== undefined);
  const isText = takesText && node.type !== 'boolean' && node.type !== 'integer';
  return [
    typeFault(place),
    ...(takesNumber ? [fault('fraction', (random) => random.integer(0, 9) + 0.5)] : []),
    ...(minimum === undefined || !takesNumber ? [] : [fault('minimum', () => minimum - 1)]),
    ...(maximum === undefined || !takesNumber ? [] : [fault('maximum', () => maximum + 1)]),
    ...(node.enum === undefined ? [] : [fault('enum', () => 'NoSuchChoice')]),
    ...(pattern !== undefined && isText
      ? [fault('pattern', misfit(pattern, minLength, maxLength ?? 256))]
      : []),
    ...(minLength > 0 && isText ? [fault('tooShort', () => '')] : []),
    ...(maxLength !== undefined && isText
      ? [fault('tooLong', (random) => tooLong(pattern, maxLength, random))]
      : []),
  ];
}

/** A text of a right length that the pattern does not match. */
function misfit(pattern: string, least: number, most: number): Make {
  const expression = new RegExp(pattern, 'u');
  return (random) => {
    const given = drawMatch(pattern, most, random);
    const spoilt = [
      `${given.slice(0, most - 1)} `,
      `é${given.slice(1)}`,
      `${given}\n`,
      `_!${given.slice(2)}`,
      '?'.repeat(Math.max(1, least)),
    ];
    const wrong = random
      .shuffle(spoilt)
      .find((text) => text.length >= least && text.length <= most && !expression.test(text));
    if (wrong === undefined) throw new Error(`found no text that ${pattern} refuses`);
    return wrong;
  };
}

/** One character too many, or 64 KiB, counted as the API server counts: signs of the second plane are one. */
function tooLong(pattern: string | undefined, maxLength: number, random: Random): string {
  const length = random.pick([maxLength + 1, maxLength + 1, 65_536]);
  return (pattern === undefined ? '😀' : 'a').repeat(length);
}

function objectFaults(place: Place): Fault[] {
  const { node, value, steps, path } = place;
  const members: Members = Object(value);
  if (node.additionalProperties !== undefined) {
    const { maxProperties, additionalProperties } = node;
    if (maxProperties === undefined) return [typeFault(place)];
    const make: Make = (random) =>
      Object.fromEntries(
        Array.from({ length: maxProperties + 1 }, (_, index) => [
          `k-${index}`,
          draw(additionalProperties, random, { fill: 0, extreme: 0 }),
        ]),
      );
    return [typeFault(place), { kind: 'tooManyEntries', steps, path, make }];
  }
  const required = (node.required ?? [])
    .filter((name) => node.properties?.[name]?.default === undefined && members[name] !== undefined)
    .map(
      (name): Fault => ({
        kind: 'required',
        steps: [...steps, name],
        path: `${path}.${name}`,
        make: () => undefined,
      }),
    );
  const unknown = (random: Random) => random.pick([1, 'x', {}, [], true]);
  const name = 'noSuchField';
  return [
    ...(node.type === 'object' ? [typeFault(place)] : []),
    ...required,
    { kind: 'unknown', steps: [...steps, name], path: `${path}.${name}`, make: unknown },
  ];
}

function listFaults(place: Place, list: readonly unknown[]): Fault[] {
  const { node, steps, path } = place;
  const { items = {}, minItems = 0, maxItems } = node;
  const isKeyed = node['x-kubernetes-list-type'] !== 'atomic';
  const first = list[0];
  return [
    typeFault(place),
    ...(minItems > 0 ? [{ kind: 'tooFewItems', steps, path, make: () => [] } as const] : []),
    ...(maxItems === undefined || maxItems > 64
      ? []
      : [
          {
            kind: 'tooManyItems',
            steps,
            path,
            make: (random: Random) => drawMany(node, items, maxItems + 1, random),
          } as const,
        ]),
    ...(isKeyed && first !== undefined && list.length < (maxItems ?? 64)
      ? [
          {
            kind: 'duplicate',
            steps: [...steps, list.length],
            path: `${path}[${list.length}]`,
            make: () => structuredClone(first),
          } as const,
        ]
      : []),
    ...(list.length > 0
      ? [{ kind: 'nullItem', steps: [...steps, 0], path: `${path}[0]`, make: () => null } as const]
      : []),
  ];
}

function drawMany(node: SchemaNode, items: SchemaNode, size: number, random: Random): unknown[] {
  const found = new Map<string, unknown>();
  for (let attempt = 0; found.size < size && attempt < 100 * size; attempt++) {
    const item = draw(items, random, { fill: 0, extreme: 0 });
    found.set(identityOf(node, item, attempt), item);
  }
  // Items of a small enum cannot be that many without one twice, which is refused at the item instead.
  if (found.size < size) throw new RangeError(`there are no ${size} different items`);
  return [...found.values()];
}

/** The document with the fault in it. */
export function withFault(document: unknown, { steps, make }: Fault, random: Random): unknown {
  const copy: unknown = structuredClone(document);
  const value = make(random);
  if (value === undefined && valueAt(copy, steps) === undefined)
    throw new Error('there is nothing to take away');
  put(copy, steps, value);
  return copy;
}
