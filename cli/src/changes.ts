/** What applying a stack would change, told from what is rendered and what lives; pure. */
import { dumpManifest } from '../../operator/src/api/manifest.ts';
import { type KubernetesObject, objectKey } from '../../operator/src/api/object.ts';
import { driftOf } from '../../operator/src/plan/drift.ts';
import { appliedAnnotation, plan } from '../../operator/src/plan/plan.ts';
import { compareLines, hunks } from './lines.ts';

/** One object that would be made, changed or deleted. */
export type Change = {
  readonly change: 'create' | 'update' | 'delete';
  readonly kind: string;
  readonly name: string;
  /** The lines that differ, as in a unified diff. */
  readonly lines: readonly string[];
};

/** The changes that the operator's own plan holds for these objects. */
export function changesOf(desired: readonly KubernetesObject[], live: readonly KubernetesObject[]): Change[] {
  const { apply, prune } = plan(desired, live);
  const found = new Map(live.map((object) => [objectKey(object), object]));
  return [
    ...apply.map(withoutStamp).flatMap((object) => updateOf(object, found.get(objectKey(object)))),
    ...prune.map((object) => ({ ...head(object), change: 'delete' as const, lines: [] })),
  ];
}

function updateOf(desired: KubernetesObject, live: KubernetesObject | undefined): Change[] {
  if (live === undefined) {
    const lines = textOf(desired).map((line) => `+ ${line}`);
    return [{ ...head(desired), change: 'create', lines }];
  }
  const lines = hunks(compareLines(textOf(projected(live, desired)), textOf(desired)));
  if (lines.some((line) => /^[-+]/.test(line))) return [{ ...head(desired), change: 'update', lines }];
  // Nothing of what is wanted differs; the operator's record does, so fields are there that are wanted no more.
  return driftOf(desired, live) === undefined && live.metadata.annotations?.[appliedAnnotation] === undefined
    ? []
    : [{ ...head(desired), change: 'update', lines: ['  (fields that are wanted no more are removed)'] }];
}

const head = ({ kind, metadata }: KubernetesObject) => ({ kind, name: metadata.name });

const textOf = (object: KubernetesObject): string[] => dumpManifest(object).trimEnd().split('\n');

/** The hash that stands in every applied object says nothing to people. */
function withoutStamp(object: KubernetesObject): KubernetesObject {
  const { annotations: all = {}, ...metadata } = object.metadata;
  const { [appliedAnnotation]: _, ...annotations } = all;
  const some = Object.keys(annotations).length > 0;
  return { ...object, metadata: { ...metadata, ...(some && { annotations }) } };
}

/**
 * Of a live object what stands where the desired one has something to say: defaults of the API server and fields of
 * others are no difference. Items of lists are matched by name where they have one.
 */
function projected<Value>(live: unknown, desired: Value): Value {
  if (desired === undefined || live === undefined) return live as Value; // absent on one side
  if (Array.isArray(desired)) {
    if (!Array.isArray(live)) return live as Value; // another type is shown as it is
    return live.map((item, index) => {
      const twin: unknown =
        nameOf(item) === undefined ? desired[index] : desired.find((other) => nameOf(other) === nameOf(item));
      return twin === undefined ? item : projected(item, twin);
    }) as Value; // a list like the desired one
  }
  if (typeof desired !== 'object' || desired === null) return live as Value;
  if (typeof live !== 'object' || live === null) return live as Value;
  return Object.fromEntries(
    Object.entries(desired).flatMap(([key, value]) => {
      const found: unknown = Reflect.get(live, key);
      if (found === undefined) return isEmpty(value) ? [[key, value]] : [];
      return [[key, projected(found, value)]];
    }),
  ) as Value; // members of the desired object only
}

function isEmpty(value: unknown): boolean {
  if (value === '' || value === undefined) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function nameOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? Reflect.get(item, 'name') : undefined;
}
