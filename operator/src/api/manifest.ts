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
  type ScalarTagDefinition,
  Schema,
} from 'js-yaml';

/** One YAML document and its place in the file, from 0. */
export type ManifestDocument = { readonly index: number; readonly content: unknown };

/** kubectl knows no base 60 and no dates: 12:30:45 and 2026-01-02 stay strings. */
function withoutBase60<Value>(tag: ScalarTagDefinition<Value>): ScalarTagDefinition<Value> {
  return defineScalarTag<Value>(tag.tagName, {
    ...tag,
    resolve: (source, isExplicit, tagName) =>
      source.includes(':') ? NOT_RESOLVED : tag.resolve(source, isExplicit, tagName),
  });
}

const kubernetesYaml = new Schema([
  ...FAILSAFE_SCHEMA.tags,
  nullYaml11Tag,
  boolYaml11Tag,
  withoutBase60(intYaml11Tag),
  withoutBase60(floatYaml11Tag),
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
  if (typeof content !== 'object' || content === null || Reflect.get(content, 'kind') !== 'List') return undefined;
  const items: unknown = Reflect.get(content, 'items');
  return Array.isArray(items) ? items : undefined;
}

/** One document as YAML: no references, no folded lines. */
export function dumpManifest(content: unknown): string {
  return dump(content, { noRefs: true, lineWidth: -1, skipInvalid: true });
}
