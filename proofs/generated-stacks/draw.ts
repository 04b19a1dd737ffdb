import { serviceNames } from '@ecommercestack/contracts/topology';
import type { Random } from '../random.ts';
import { drawMatch } from './pattern.ts';
import type { SchemaNode } from './schema.ts';

/** How a value is drawn. */
export type Style = {
  /** Chance that a member which may be left out is there. */
  readonly fill: number;
  /** Chance that a list, map or text is as large as it may be. */
  readonly extreme: number;
  /** Members that must be there, from this node on: names, `[]`, `{}`. */
  readonly force?: readonly string[];
};

/** A value that the schema admits; rules over several fields are not looked at. */
export function draw(node: SchemaNode, random: Random, style: Style): unknown {
  if (node.enum !== undefined) return random.pick(node.enum);
  if (node['x-kubernetes-int-or-string'] === true) {
    return random.next() < 0.4 ? drawInteger(node, random) : drawText(node, random, style);
  }
  switch (node.type) {
    case 'object':
      return node.additionalProperties === undefined
        ? drawMembers(node, random, style)
        : drawMap(node, node.additionalProperties, random, style);
    case 'array':
      return drawList(node, random, style);
    case 'string':
      return drawText(node, random, style);
    case 'integer':
      return drawInteger(node, random);
    case 'boolean':
      return random.next() < 0.5;
    default:
      throw new Error(`no value of type ${node.type} can be drawn`);
  }
}

function drawMembers(node: SchemaNode, random: Random, style: Style): Record<string, unknown> {
  const [step, ...rest] = style.force ?? [];
  const result: Record<string, unknown> = {};
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const forced = name === step;
    const required = node.required?.includes(name) === true && child.default === undefined;
    if (forced || required || random.next() < style.fill) {
      result[name] = draw(child, random, { ...style, force: forced ? rest : undefined });
    } else if (random.next() < 0.02) result[name] = null;
  }
  return result;
}

function drawMap(
  node: SchemaNode,
  values: SchemaNode,
  random: Random,
  style: Style,
): Record<string, unknown> {
  const [step, ...rest] = style.force ?? [];
  const size = Math.max(step === '{}' ? 1 : 0, drawSize(0, node.maxProperties ?? 8, random, style));
  return Object.fromEntries(
    Array.from({ length: size }, () => [
      drawKey(node, random),
      draw(values, random, { ...style, force: step === '{}' ? rest : undefined }),
    ]),
  );
}

const label = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const dns = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?){0,2}';

/** Schemas say nothing about the keys of maps; the rules of the node do. */
function drawKey(node: SchemaNode, random: Random): string {
  const rules = (node['x-kubernetes-validations'] ?? []).map(({ rule }) => rule).join('\n');
  if (rules.includes('qualifiedName')) {
    const name = drawMatch(label, 63, random);
    return random.next() < 0.5 ? name : `${drawMatch(dns, 253, random)}/${name}`;
  }
  if (rules.includes('[a-z0-9-]+')) return drawMatch('[a-z0-9-]+', 64, random);
  return random.next() < 0.7
    ? random.pick(serviceNames)
    : drawMatch('[a-z]([-a-z0-9]*[a-z0-9])?', 40, random);
}

function drawList(node: SchemaNode, random: Random, style: Style): unknown[] {
  const { items = {}, maxItems = 8 } = node;
  const [step, ...rest] = style.force ?? [];
  const least = Math.max(node.minItems ?? 0, step === '[]' ? 1 : 0);
  const wanted = drawSize(least, maxItems, random, style);
  const found = new Map<string, unknown>();
  for (let attempt = 0; found.size < wanted && attempt < wanted * 3 + 20; attempt++) {
    const force = step === '[]' && attempt === 0 ? rest : undefined;
    const item = draw(items, random, { ...style, force });
    const identity = identityOf(node, item, attempt);
    if (!found.has(identity)) found.set(identity, item);
  }
  return [...found.values()];
}

/** What tells items of a set or a map apart; items of other lists are all different. */
export function identityOf(node: SchemaNode, item: unknown, index: number): string {
  if (node['x-kubernetes-list-type'] === 'set') return JSON.stringify(item);
  const keys = node['x-kubernetes-list-map-keys'];
  if (keys === undefined) return String(index);
  return JSON.stringify(keys.map((key) => Reflect.get(Object(item), key) ?? null));
}

function drawSize(least: number, most: number, random: Random, { extreme }: Style): number {
  if (random.next() < extreme) return most;
  return Math.min(most, least + random.pick([0, 1, 1, 2, 3]));
}

function drawText(node: SchemaNode, random: Random, { extreme }: Style): string {
  const { maxLength = 256, minLength = 0, pattern } = node;
  const full = random.next() < extreme;
  if (pattern === undefined)
    return drawFree(minLength, full ? maxLength : Math.min(maxLength, 24), full, random);
  for (let attempt = 0; attempt < 50; attempt++) {
    const text = drawMatch(pattern, maxLength, random, full);
    if (text.length >= minLength && new RegExp(pattern, 'u').test(text)) return text;
  }
  throw new Error(`found no text of at least ${minLength} characters that matches ${pattern}`);
}

const alphabets = [
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-./:',
  'äöüßéèñçøåÆŁžș',
  '漢字かなカナ한글',
  '😀👩‍💻🇩🇪🛒𝔘',
  '\'"\\`$%{}()[]<>&|;#*?!~^=+,@\t\n\r',
  '\u0000\u0007\u007f\u0085\u00a0\u00ad\u200b\u202e\u2028\ufeff\ufffd\u0301',
].map((text) => Array.from(text));

/** Any text: letters of several scripts, signs outside the first plane, quotes, control characters. */
function drawFree(least: number, most: number, full: boolean, random: Random): string {
  const alphabet = random.next() < 0.5 ? (alphabets[0] ?? []) : random.pick(alphabets);
  const length = full ? most : random.integer(least, most);
  return Array.from({ length }, () => random.pick(alphabet)).join('');
}

function drawInteger({ minimum, maximum }: SchemaNode, random: Random): number {
  const low = minimum ?? Number.MIN_SAFE_INTEGER;
  const high = maximum ?? Number.MAX_SAFE_INTEGER;
  const drawn = random.next();
  if (drawn < 0.05) return high;
  if (drawn < 0.1) return low;
  if (drawn < 0.2 && low <= 0 && high >= 0) return -0;
  const from = Math.max(low, -1000);
  return random.integer(from, Math.min(high, from + 2000));
}
