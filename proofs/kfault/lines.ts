const newline = 10;

/** Cuts a stream of bytes into lines. */
export class Lines {
  #rest: Buffer = Buffer.alloc(0);

  /** The lines that are whole now, without newlines; empty ones are left out. */
  push(chunk: Buffer): Buffer[] {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: Buffer[] = [];
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
      if (end > 0) lines.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    this.#rest = rest;
    return lines;
  }

  /** What came after the last newline. */
  get rest(): Buffer {
    return this.#rest;
  }
}
