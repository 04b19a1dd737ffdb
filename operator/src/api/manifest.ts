/** Manifests as text: read as kubectl reads them, written so that every reader agrees. */
import {
  boolYaml11Tag,
  defineScalarTag,
  dump,
  FAILSAFE_SCHEMA,
  floatYaml11Tag,
  intYaml11Tag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  Schema,
} from 'js-yaml';

/** One YAML document and its place in the file, from 0. */
export type ManifestDocument = { readonly index: number; readonly content: unknown };

const radixes: Readonly<Record<string, number>> = { '0x': 16, '0b': 2, '0o': 8 };

/** Whole numbers as kubectl reads them: 0x1f, 0b101, 0o17 and 017 have a base, underscores are skipped. */
const wholeNumber = defineScalarTag(intYaml11Tag.tagName, {
  ...intYaml11Tag,
  resolve: (source) => {
    const [, sign, base, digits] =
      /^([-+]?)(0[xXbBoO]|0(?=[0-7]))?([0-9a-fA-F]+)$/.exec(source.replaceAll('_', '')) ?? [];
    if (digits === undefined || (base === undefined && /^0./.test(digits))) return NOT_RESOLVED;
    const radix = base === undefined ? 10 : (radixes[base.toLowerCase()] ?? 8);
    const allowed = new RegExp(`^[${'0123456789abcdef'.slice(0, radix)}]+$`, 'i');
    if (!allowed.test(digits)) return NOT_RESOLVED;
    const value = Number.parseInt(digits, radix);
    return sign === '-' && value !== 0 ? -value : value;
  },
});

/** Other numbers as kubectl reads them: 1e3 and 08 are numbers, 12:30:45 is text. */
const decimalNumber = defineScalarTag(floatYaml11Tag.tagName, {
  ...floatYaml11Tag,
  resolve: (source, isExplicit, tagName) => {
    if (source.includes(':')) return NOT_RESOLVED;
    const plain = source.replaceAll('_', '');
    return /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain)
      ? Number.parseFloat(plain)
      : floatYaml11Tag.resolve(source, isExplicit, tagName);
  },
});

/** YAML 1.1 without dates and without base 60, as kubectl and Helm read it. */
const kubernetesYaml = new Schema([
  ...FAILSAFE_SCHEMA.tags,
  nullYaml11Tag,
  boolYaml11Tag,
  wholeNumber,
  decimalNumber,
  mergeTag,
]);

/** Every document of a manifest that is not empty; items of a List stand for themselves. Throws a YAMLException. */
export function loadManifest(text: string): ManifestDocument[] {
  return loadAll(text, { schema: kubernetesYaml })
    .flatMap((content) => listItems(content) ?? [content])
    .filter((content) => content !== null && content !== undefined)
    .map((content, index) => ({ index, content }));
}

function listItems(content: unknown): unknown[] | undefined {
  if (typeof content !== 'object' || content === null || Reflect.get(content, 'kind') !== 'List')
    return undefined;
  const items: unknown = Reflect.get(content, 'items');
  return Array.isArray(items) ? items : undefined;
}

/** One document as YAML: no references, no folded lines. */
export function dumpManifest(content: unknown): string {
  return dump(content, { noRefs: true, lineWidth: -1, skipInvalid: true });
}
