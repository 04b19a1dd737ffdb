import { lazyObject } from './lazy-object.ts';
import type { KubeObject } from './object.ts';
import { type ObjectHead, ObjectText } from './object-text.ts';

/** A change whose object is parsed only where somebody looks. */
type LazyEvent<T extends KubeObject> = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
};

/** Members in the order in which the API server writes them for its own types. */
const BEGINNING =
  /^\{"type":"(ADDED|MODIFIED|DELETED)","object":\{"kind":"[^"\\]+","apiVersion":"[^"\\]+","metadata":(\{"name":"([^"\\]+)"(?:,"generateName":"[^"\\]+")?(?:,"namespace":"([^"\\]+)")?,"uid":"([^"\\]+)","resourceVersion":"([^"\\]+)")/;
/** Such a beginning is seldom longer, and never than the second: three names have at most 253 characters each. */
const BEGINNING_BYTES = [320, 1_200] as const;
const MANAGED_FIELDS = 'managedFields';

const [QUOTE, COMMA, COLON, BACKSLASH] = [34, 44, 58, 92];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [91, 93, 123, 125];
const [LETTER_A, LETTER_M, LETTER_O, LETTER_Z] = [97, 109, 111, 122];

/**
 * Takes in a watch line, which must be ASCII, without parsing it; undefined where the line is not just as the API server
 * writes its own types, for then only a full parse can tell what it is. `managedFields` is left out. A line that was cut
 * off right behind two closing braces passes: that is found out when the object is read or packed.
 */
export function takeLine<T extends KubeObject>(
  buffer: Buffer,
  start: number,
  end: number,
  head: ObjectHead,
): LazyEvent<T> | undefined {
  if (buffer[end - 1] !== CLOSE_BRACE || buffer[end - 2] !== CLOSE_BRACE) return undefined;
  const [usual, most] = BEGINNING_BYTES;
  const found =
    BEGINNING.exec(buffer.toString('latin1', start, Math.min(end, start + usual))) ??
    BEGINNING.exec(buffer.toString('latin1', start, Math.min(end, start + most)));
  if (found === null) return undefined;
  const [{ length }, type, opened = '', name = '', namespace, uid, resourceVersion] = found;
  const beginning = start + length;
  const fields = findManagedFields(buffer, beginning, end);
  if (fields === undefined) return undefined;
  const rest = findRest(buffer, fields.at, end);
  if (rest === undefined) return undefined;
  const text = new ObjectText(head, { name, namespace, uid, resourceVersion }, fields.owned, buffer, {
    metadata: beginning - opened.length,
    metadataEnd: fields.at,
    rest,
    restEnd: end - 2,
  });
  // The pattern admits no other type.
  return { type: type as LazyEvent<T>['type'], object: lazyObject<T>(text) };
}

/** Where the member `managedFields` of the metadata begins, with its comma, and whether owners stand before it. */
function findManagedFields(
  buffer: Buffer,
  start: number,
  end: number,
): { at: number; owned: boolean } | undefined {
  let [depth, owned, at] = [0, false, start];
  while (at < end) {
    const byte = buffer[at];
    at += 1;
    if (byte === QUOTE) {
      const from = at;
      at = endOfString(buffer, from, end);
      if (depth > 0 || buffer[at] !== COLON) continue;
      const initial = buffer[from];
      if (initial === LETTER_O) owned = true;
      else if (initial === LETTER_M && buffer.toString('latin1', from, at - 1) === MANAGED_FIELDS)
        return { at: from - 2, owned };
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth < 0) return undefined;
    }
  }
  return undefined;
}

/** Behind the closing quote. */
function endOfString(buffer: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = buffer[at];
    at += 1;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return end;
}

/**
 * Where the members behind the metadata begin, if `managedFields` is its last one. There are no other lists in it, and
 * inside a string every quote follows a backslash: so the first `]},"` with a letter behind it is its end.
 */
function findRest(buffer: Buffer, fields: number, end: number): number | undefined {
  let at = buffer.indexOf(CLOSE_BRACKET, fields + MANAGED_FIELDS.length);
  while (at >= 0 && at < end - 4) {
    const isEnd = buffer[at + 1] === CLOSE_BRACE && buffer[at + 2] === COMMA && buffer[at + 3] === QUOTE;
    // Positions below `end` lie in the buffer.
    const letter = buffer[at + 4] as number;
    if (isEnd && letter >= LETTER_A && letter <= LETTER_Z) return at + 3;
    at = buffer.indexOf(CLOSE_BRACKET, at + 1);
  }
  return undefined;
}
