/**
 * Keeps JSON texts that resemble each other in little space. A text is its shape (everything but the scalars) and its
 * scalars. Texts of one shape share it, and of the scalars each keeps only what the first text of that shape had
 * otherwise: Deployments are 1.8 KB of JSON and differ in 150 characters.
 */
export class Packer {
  readonly #shapes = new Map<string, Shape>();

  /** How many different shapes are in use. */
  get size(): number {
    return this.#shapes.size;
  }

  /** Packs a valid JSON text; `known` are values that the caller keeps anyway and gives again to `unpack`. */
  pack(text: string, known: readonly string[]): Packed {
    const { parts, scalars } = dissect(text);
    const name = parts.join(SEPARATOR);
    let shape = this.#shapes.get(name);
    if (shape === undefined) {
      shape = { name, parts, scalars, uses: 0 };
      this.#shapes.set(name, shape);
    }
    shape.uses += 1;
    return { shape, differences: encode(scalars, shape.scalars, known.map(quoted)) };
  }

  /** The text as it was, but for white space. */
  unpack({ shape, differences }: Packed, known: readonly string[]): string {
    const scalars = decode(differences, shape.scalars, known.map(quoted));
    let text = shape.parts[0] ?? '';
    for (let index = 0; index < scalars.length; index += 1) {
      text += `${scalars[index]}${shape.parts[index + 1]}`;
    }
    return text;
  }

  /** Gives up a packed text; a shape that nobody uses is forgotten. */
  release({ shape }: Packed): void {
    shape.uses -= 1;
    if (shape.uses === 0) this.#shapes.delete(shape.name);
  }
}

/** A packed text; means something only to the packer that made it. */
export type Packed = { readonly shape: Shape; readonly differences: string };

type Shape = {
  readonly name: string;
  /** What stands before, between and after the scalars. */
  readonly parts: readonly string[];
  readonly scalars: readonly string[];
  uses: number;
};

// Control characters are always escaped in JSON, so these mark what is not a scalar itself.
const SEPARATOR = '\n';
const SAME = 1;
const REPEAT = 2;
const KNOWN = 3;
const SPLICE = 4;
/** Numbers from 0 on are written as one character from here on; up to here they stay within one byte. */
const ZERO = 32;
const MOST = 200;

const number = (value: number) => String.fromCharCode(ZERO + value);
const quoted = (value: string) => JSON.stringify(value);

/** Cuts a JSON text at its scalars that are no member names; white space between tokens belongs to neither. */
function dissect(text: string): { parts: string[]; scalars: string[] } {
  const parts: string[] = [];
  const scalars: string[] = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (!isScalarStart(code)) {
      at += 1;
      continue;
    }
    const end = code === 34 ? endOfString(text, at) : endOfWord(text, at);
    if (code !== 34 || text.charCodeAt(end) !== 58) {
      parts.push(text.slice(from, at));
      scalars.push(text.slice(at, end));
      from = end;
    }
    at = end;
  }
  parts.push(text.slice(from));
  return { parts, scalars };
}

/** A quote, a minus, a digit or a letter. */
function isScalarStart(code: number): boolean {
  return code === 34 || code === 45 || (code >= 48 && code <= 57) || (code >= 97 && code <= 122);
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    // NaN: a text that is no JSON ends inside a string.
    if (code === 34 || Number.isNaN(code)) return at + 1;
    at += code === 92 ? 2 : 1;
  }
}

function endOfWord(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    // A comma, a bracket, a brace or the end.
    if (code === 44 || code === 93 || code === 125 || Number.isNaN(code)) return at;
    at += 1;
  }
}

/** What of `scalars` is not in `base`, `known` or earlier in `scalars` itself. */
function encode(scalars: readonly string[], base: readonly string[], known: readonly string[]): string {
  const seen = new Map<string, number>();
  const out: string[] = [];
  let same = 0;
  for (let index = 0; index < scalars.length; index += 1) {
    // Both lists are as long as their common shape says.
    const [scalar, twin] = [scalars[index] as string, base[index] as string];
    if (scalar === twin && same < MOST) {
      same += 1;
      continue;
    }
    if (same > 0) out.push(String.fromCharCode(SAME) + number(same));
    same = scalar === twin ? 1 : 0;
    if (same === 0) out.push(different(scalar, twin, known.indexOf(scalar), seen.get(scalar)));
    if (same === 0 && index < MOST && !seen.has(scalar)) seen.set(scalar, index);
  }
  // Joined rather than added up: a sum keeps its terms, and with them the texts that they were cut from.
  return out.join('');
}

function different(scalar: string, twin: string, known: number, earlier: number | undefined): string {
  if (known >= 0) return String.fromCharCode(KNOWN) + number(known);
  if (earlier !== undefined) return String.fromCharCode(REPEAT) + number(earlier);
  const prefix = commonPrefix(scalar, twin);
  const suffix = commonSuffix(scalar, twin, prefix);
  if (prefix + suffix < 3) return scalar + SEPARATOR;
  const middle = scalar.slice(prefix, scalar.length - suffix);
  return String.fromCharCode(SPLICE) + number(prefix) + number(suffix) + middle + SEPARATOR;
}

function decode(differences: string, base: readonly string[], known: readonly string[]): string[] {
  const scalars: string[] = [];
  let at = 0;
  const argument = () => differences.charCodeAt(at++) - ZERO;
  const untilSeparator = () => {
    const end = differences.indexOf(SEPARATOR, at);
    const text = differences.slice(at, end);
    at = end + 1;
    return text;
  };
  while (at < differences.length) {
    const mark = differences.charCodeAt(at);
    if (mark > SPLICE) scalars.push(untilSeparator());
    else {
      at += 1;
      const value = argument();
      if (mark === SAME) scalars.push(...base.slice(scalars.length, scalars.length + value));
      else if (mark === SPLICE)
        scalars.push(spliced(base[scalars.length] ?? '', value, argument(), untilSeparator()));
      else scalars.push((mark === KNOWN ? known : scalars)[value] ?? '');
    }
  }
  scalars.push(...base.slice(scalars.length));
  return scalars;
}

function spliced(twin: string, prefix: number, suffix: number, middle: string): string {
  return twin.slice(0, prefix) + middle + twin.slice(twin.length - suffix);
}

function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length, MOST);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

function commonSuffix(a: string, b: string, prefix: number): number {
  const most = Math.min(a.length - prefix, b.length - prefix, MOST);
  let length = 0;
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length))
    length += 1;
  return length;
}
