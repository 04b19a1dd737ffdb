/** The syntax of RE2, which is what proxies and the API server take for a regular expression. */

/** Largest count of a repetition, and of repetitions within each other. */
const mostRepeats = 1000;

/** Thrown inside this file alone, with what is wrong. */
class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
}

/** Whether `text` is an expression of RE2: no look-around, no reference back, no count above a thousand. */
export function isRe2(text: string): boolean {
  try {
    new Re2Reader(text).whole();
    return true;
  } catch (error) {
    if (error instanceof SyntaxFault) return false;
    throw error;
  }
}

/** Reads an expression from left to right; `repeats` is how often the largest part of what was read is repeated. */
class Re2Reader {
  readonly #signs: readonly string[];
  readonly #names = new Set<string>();
  #at = 0;

  constructor(text: string) {
    this.#signs = Array.from(text);
  }

  whole(): void {
    this.#alternatives();
    if (this.#at < this.#signs.length) throw new SyntaxFault('unexpected )');
  }

  /** Reads up to the end or to the parenthesis that closes this group. */
  #alternatives(): number {
    let most = 1;
    let [operand, repeated]: [number | undefined, boolean] = [undefined, false];
    while (this.#at < this.#signs.length && this.#peek() !== ')') {
      if (this.#take('|')) [operand, repeated] = [undefined, false];
      else {
        const count = this.#repetition();
        if (count === undefined) {
          repeated = false;
          operand = this.#operand() ?? operand;
        } else {
          if (operand === undefined || repeated) throw new SyntaxFault('nothing to repeat');
          operand *= Math.max(1, count);
          if (count > 1 && operand > mostRepeats) throw new SyntaxFault('too many repetitions');
          repeated = true;
        }
      }
      most = Math.max(most, operand ?? 1);
    }
    return most;
  }

  /** The largest count of a repetition that stands here; undefined where none does. */
  #repetition(): number | undefined {
    const one = ['*', '+', '?'].some((sign) => this.#take(sign));
    const count = one ? 1 : this.#counted();
    if (count !== undefined) this.#take('?');
    return count;
  }

  #counted(): number | undefined {
    const [whole, least, comma, most] = this.#match(/^\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}/) ?? [];
    if (whole === undefined) return undefined;
    this.#at += whole.length;
    const [low, high] = [Number(least), most === undefined ? undefined : Number(most)];
    if (low > mostRepeats || (high ?? 0) > mostRepeats || (high ?? low) < low)
      throw new SyntaxFault('a count that is too large');
    return comma === undefined ? low : (high ?? low);
  }

  /** What a repetition may follow; undefined for flags and quoted nothing, which are no operand. */
  #operand(): number | undefined {
    if (this.#take('(')) return this.#group();
    if (this.#take('[')) this.#bracket();
    else if (this.#peek() === '\\') return this.#escape();
    else this.#at++;
    return 1;
  }

  #group(): number | undefined {
    const named = this.#match(/^\?P?<([A-Za-z0-9_]+)>/);
    if (named !== null) {
      const [whole, name = ''] = named;
      if (this.#names.has(name)) throw new SyntaxFault('a name that is taken');
      this.#names.add(name);
      this.#at += whole.length;
    } else if (this.#peek() === '?') {
      const flags = this.#match(/^\?[imsU]*(?:-[imsU]+)?([:)])/);
      if (flags === null) throw new SyntaxFault('an unknown group');
      this.#at += flags[0].length;
      if (flags[1] === ')') return undefined;
    }
    const most = this.#alternatives();
    if (!this.#take(')')) throw new SyntaxFault('a group without end');
    return most;
  }

  #escape(): number | undefined {
    const quoted = this.#match(/^\\Q(.*?)(?:\\E|$)/s);
    if (quoted !== null) {
      this.#at += Array.from(quoted[0]).length;
      return quoted[1] === '' ? undefined : 1;
    }
    if (this.#skip(/^\\[AbBz]/) || this.#characterSet()) return 1;
    this.#character();
    return 1;
  }

  /** A whole set of characters such as \d or \pL. */
  #characterSet(): boolean {
    if (this.#skip(/^\\[dDsSwW]/)) return true;
    const property = this.#match(/^\\[pP](?:\{\^?([A-Za-z_]+)\}|([A-Z]))/);
    if (property === null) return false;
    this.#at += property[0].length;
    if (!isProperty(property[1] ?? property[2] ?? '')) throw new SyntaxFault('an unknown property');
    return true;
  }

  #bracket(): void {
    this.#take('^');
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const posix = this.#match(/^\[:(.*?):\]/s);
      if (posix !== null) {
        if (!posixClasses.test(posix[1] ?? '')) throw new SyntaxFault('an unknown class');
        this.#at += posix[0].length;
      } else if (!this.#characterSet()) this.#range();
    }
    this.#at++;
  }

  #range(): void {
    const low = this.#character();
    if (this.#peek() !== '-' || [']', ''].includes(this.#signs[this.#at + 1] ?? '')) return;
    this.#at++;
    if (this.#character() < low) throw new SyntaxFault('a range that ends before it begins');
  }

  /** The code of one character, plain or escaped. */
  #character(): number {
    if (!this.#take('\\')) {
      const sign = this.#signs[this.#at++];
      if (sign === undefined) throw new SyntaxFault('a class without end');
      return sign.codePointAt(0) ?? 0;
    }
    const code = this.#match(/^(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2}))/);
    if (code !== null) {
      const [whole, braced, hexadecimal, octal] = code;
      this.#at += whole.length;
      const value =
        octal === undefined ? Number.parseInt(braced ?? hexadecimal ?? '', 16) : Number.parseInt(octal, 8);
      if (value > 0x10ffff) throw new SyntaxFault('no such character');
      return value;
    }
    const sign = this.#peek();
    const control = controls[sign];
    const isPunctuation = sign !== '' && sign < '\u0080' && !/[A-Za-z0-9]/.test(sign);
    if (control === undefined && !isPunctuation) throw new SyntaxFault('an unknown escape');
    this.#at++;
    return control ?? sign.charCodeAt(0);
  }

  #peek(): string {
    return this.#signs[this.#at] ?? '';
  }

  #take(sign: string): boolean {
    const found = this.#peek() === sign;
    if (found) this.#at++;
    return found;
  }

  #match(expression: RegExp): RegExpExecArray | null {
    return expression.exec(this.#signs.slice(this.#at).join(''));
  }

  #skip(expression: RegExp): boolean {
    const found = this.#match(expression);
    this.#at += found?.[0].length ?? 0;
    return found !== null;
  }
}

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

const posixClasses =
  /^\^?(alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit)$/;

/** Whether RE2 and this language know a property of characters by the name: a general category or a script. */
function isProperty(name: string): boolean {
  if (/^(Any|C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/.test(name)) return true;
  try {
    return name.length > 2 && new RegExp(`\\p{Script=${name}}`, 'u').flags === 'u';
  } catch {
    return false;
  }
}
