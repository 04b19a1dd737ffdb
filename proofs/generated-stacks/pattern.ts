import type { Random } from '../random.ts';

/**
 * The part of regular expressions that the schema uses: classes, groups with alternatives, repetition, literals. Every
 * pattern of the schema is anchored at both ends, so a text made piece by piece is a whole match.
 */
type Unit =
  | { readonly kind: 'one'; readonly characters: readonly string[] }
  | { readonly kind: 'group'; readonly alternatives: readonly (readonly Piece[])[] };
type Piece = { readonly unit: Unit; readonly least: number; readonly most: number };

const parsed = new Map<string, readonly (readonly Piece[])[]>();

/** A text of at most `limit` characters that matches `pattern`; `full` makes it as long as it can get. */
export function drawMatch(pattern: string, limit: number, random: Random, full = false): string {
  let alternatives = parsed.get(pattern);
  if (alternatives === undefined) {
    alternatives = new Parser(pattern.replace(/^\^/, '').replace(/\$$/, '')).whole();
    parsed.set(pattern, alternatives);
  }
  return emitGroup(alternatives, limit, random, full);
}

function emitGroup(
  alternatives: readonly (readonly Piece[])[],
  limit: number,
  random: Random,
  full: boolean,
): string {
  const fitting = alternatives.filter((pieces) => shortest(pieces) <= limit);
  const pieces = random.pick(fitting);
  let text = '';
  pieces.forEach((piece, index) => {
    text += emitPiece(piece, limit - text.length - shortest(pieces.slice(index + 1)), random, full);
  });
  return text;
}

function emitPiece({ unit, least, most }: Piece, limit: number, random: Random, full: boolean): string {
  const each = shortestUnit(unit);
  const fitting = Math.min(most, each === 0 ? least + 1 : Math.floor(limit / each));
  const wish = full || random.next() < 0.02 ? fitting : least + random.integer(0, 4);
  let text = '';
  for (let after = Math.max(least, Math.min(wish, fitting)) - 1; after >= 0; after--) {
    text +=
      unit.kind === 'one'
        ? random.pick(unit.characters)
        : emitGroup(unit.alternatives, limit - text.length - after * each, random, full);
  }
  return text;
}

const shortest = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { unit, least }) => sum + least * shortestUnit(unit), 0);

const shortestUnit = (unit: Unit): number =>
  unit.kind === 'one' ? 1 : Math.min(...unit.alternatives.map(shortest));

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Piece[][] {
    const alternatives = this.#alternatives();
    if (this.#position < this.#text.length) throw this.#error();
    return alternatives;
  }

  #alternatives(): Piece[][] {
    const alternatives: Piece[][] = [[]];
    while (this.#position < this.#text.length && this.#peek() !== ')') {
      if (this.#take('|')) alternatives.push([]);
      else alternatives.at(-1)?.push(this.#piece());
    }
    return alternatives;
  }

  #piece(): Piece {
    const unit = this.#unit();
    if (this.#take('*')) return { unit, least: 0, most: Infinity };
    if (this.#take('+')) return { unit, least: 1, most: Infinity };
    if (this.#take('?')) return { unit, least: 0, most: 1 };
    const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#text.slice(this.#position));
    if (counted === null) return { unit, least: 1, most: 1 };
    this.#position += counted[0].length;
    const least = Number(counted[1]);
    const open = counted[3] === '' ? Infinity : Number(counted[3]);
    return { unit, least, most: counted[2] === undefined ? least : open };
  }

  #unit(): Unit {
    if (this.#take('(')) {
      this.#take('?:');
      const alternatives = this.#alternatives();
      if (!this.#take(')')) throw this.#error();
      return { kind: 'group', alternatives };
    }
    if (this.#take('[')) return { kind: 'one', characters: this.#class() };
    if ('.^$*+?{}|)'.includes(this.#peek())) throw this.#error();
    return { kind: 'one', characters: [this.#character()] };
  }

  #class(): string[] {
    const characters: string[] = [];
    if (this.#peek() === '^') throw this.#error();
    while (!this.#take(']')) {
      const first = this.#character();
      const isRange = this.#peek() === '-' && this.#text[this.#position + 1] !== ']';
      if (!isRange) characters.push(first);
      else {
        this.#position++;
        const last = this.#character();
        for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code++)
          characters.push(String.fromCharCode(code));
      }
    }
    return characters;
  }

  #character(): string {
    if (this.#take('\\') && /[a-zA-Z0-9]/.test(this.#peek())) throw this.#error();
    const character = this.#peek();
    if (character === '') throw this.#error();
    this.#position++;
    return character;
  }

  #peek(): string {
    return this.#text[this.#position] ?? '';
  }

  #take(token: string): boolean {
    const found = this.#text.startsWith(token, this.#position);
    if (found) this.#position += token.length;
    return found;
  }

  #error(): Error {
    return new Error(`the pattern ${this.#text} uses what is not understood at ${this.#position}`);
  }
}
