import { isAscii } from 'node:buffer';
import { lazyObject } from './lazy-object.ts';
import type { KubeObject } from './object.ts';

/** A change whose object is parsed only where somebody looks. */
export type LazyEvent<T extends KubeObject> = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
};

/** Members in the order in which the API server writes them for its own types. */
const BEGINNING =
  /^\{"type":"(ADDED|MODIFIED|DELETED)","object":\{"kind":"([^"\\]+)","apiVersion":"([^"\\]+)","metadata":\{"name":"/;
const MANAGED_FIELDS = ',"managedFields":[';
const END_OF_METADATA = ']},"';
const METADATA = '"metadata":';

/**
 * Takes in a watch line without parsing it as a whole; undefined where the line is not just as the API server writes its
 * own types, for then only a full parse can tell what it is. `managedFields` is left out. The metadata is parsed, and the
 * rest is known to be closed, so that no line which was cut off passes.
 *
 * Inside a JSON string every quote follows a backslash. So a bare `,"` with a letter behind it is always between two
 * members, and the first `]},"` of that kind ends `managedFields`, in which there are no other lists.
 */
export function takeLine<T extends KubeObject>(
  buffer: Buffer,
  start = 0,
  end = buffer.length,
): LazyEvent<T> | undefined {
  const line = buffer.toString('latin1', start, end);
  const found = BEGINNING.exec(line);
  if (found === null) return undefined;
  const [, type = '', kind = '', apiVersion = ''] = found;
  const metadata = line.indexOf(METADATA, 40) + METADATA.length;
  const fields = line.indexOf(MANAGED_FIELDS, metadata);
  const close = fields < 0 ? -1 : line.indexOf(END_OF_METADATA, fields);
  const rest = close + END_OF_METADATA.length - 1;
  if (close < 0 || !isLetter(line.charCodeAt(rest + 1)) || !line.endsWith('}}')) return undefined;
  if (!isClosed(buffer, start + rest, end - 2) || !isAscii(buffer.subarray(start, end))) return undefined;
  const object = lazyObject<T>({
    apiVersion,
    kind,
    metadata: `${line.slice(metadata, fields)}}`,
    // Copied from the bytes: a slice of the line would keep all of it.
    rest: buffer.toString('latin1', start + rest, end - 2),
  });
  try {
    // A wrong guess about where the metadata ends leaves braces that do not match.
    if (typeof object.metadata.resourceVersion !== 'string') return undefined;
  } catch {
    return undefined;
  }
  // The pattern admits no other type.
  return { type: type as LazyEvent<T>['type'], object };
}

const isLetter = (code: number) => code >= 97 && code <= 122;

const QUOTE = 34;
const BACKSLASH = 92;
/** 1 opens, 2 closes, 3 is a quote; anything else is nothing to us. */
const classes = new Uint8Array(256);
for (const [text, value] of [
  ['{[', 1],
  ['}]', 2],
  ['"', 3],
] as const) {
  for (const character of text) classes[character.charCodeAt(0)] = value;
}
const open = new Uint8Array(1024);

/** Whether strings, braces and brackets between two positions are all closed, and in their order. */
export function isClosed(buffer: Buffer, start: number, end: number): boolean {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    // Positions below `end` lie in the buffer.
    const byte = buffer[at] as number;
    const what = classes[byte];
    if (what === 0) continue;
    if (what === 3) {
      at += 1;
      while (at < end && buffer[at] !== QUOTE) at += buffer[at] === BACKSLASH ? 2 : 1;
      if (at >= end) return false;
    } else if (what === 1) {
      if (depth === open.length) return false;
      open[depth] = byte;
      depth += 1;
    } else {
      depth -= 1;
      // In ASCII a closing brace or bracket comes two after its opening one.
      if (depth < 0 || open[depth] !== byte - 2) return false;
    }
  }
  return depth === 0;
}
