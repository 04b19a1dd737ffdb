import { leavesOf, type Path } from '../kube/fields.ts';
import { at, type FieldTrie, type KubeObject } from '../kube/object.ts';
import type { Random } from '../random.ts';

/** One operation of RFC 6902. */
export type Operation = {
  readonly op: 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
};

/** Owner references decide whose an object is, so a person who edits them takes the object away from the stack. */
const givenUp = new Set(['ownerReferences']);

/** Edits of owned fields, in a drawn order; the API server may refuse some (immutable or invalid), then the next is tried. */
export function drawEdits(object: KubeObject, trie: FieldTrie, random: Random): Operation[] {
  const leaves = leavesOf(object, trie).filter(
    (path) => !(path[0] === 'metadata' && givenUp.has(String(path[1]))),
  );
  return random.shuffle(leaves).flatMap((path) => {
    const pointer = toPointer(path);
    const replacements = otherValues(at(object, ...path)).map(
      (value): Operation => ({ op: 'replace', path: pointer, value }),
    );
    const removal: Operation = { op: 'remove', path: pointer };
    return random.next() < 0.2 ? [removal, ...replacements] : [...replacements, removal];
  });
}

/** RFC 6901. */
export function toPointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Values of the same type that are not the given one, the likeliest to be valid first. */
export function otherValues(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, value === 0 ? 2 : value - 1];
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'string') return ['drifted', '7', '7Mi'].filter((other) => other !== value);
  if (Array.isArray(value)) return value.length > 0 ? [value.slice(1)] : [];
  if (value !== null && typeof value === 'object') return [{ ...value, drifted: 'drifted' }];
  return [];
}
