/** Takes the frames of HTTP's chunked transfer coding out of a body, in place: nothing is copied that stays where it is. */
export class ChunkedBody {
  #state: 'size' | 'extension' | 'data' | 'gap' | 'trailer' | 'done' = 'size';
  /** Bytes of the chunk that are still to come. */
  #left = 0;
  #digits = 0;
  /** Bytes on the present line of the trailer. */
  #line = 0;

  /** True once the last chunk and its trailer have passed. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** Moves the content of the bytes from `start` to `end` together and returns it; throws where they are no frames. */
  take(buffer: Buffer, start: number, end: number): Buffer {
    let [from, to] = [start, start];
    while (from < end) {
      if (this.#state !== 'data') {
        // Positions below `end` lie in the buffer.
        this.#step(buffer[from] as number);
        from += 1;
        continue;
      }
      const length = Math.min(this.#left, end - from);
      if (to !== from) buffer.copyWithin(to, from, from + length);
      [from, to] = [from + length, to + length];
      this.#left -= length;
      if (this.#left === 0) this.#state = 'gap';
    }
    return buffer.subarray(start, to);
  }

  #step(byte: number): void {
    const newline = byte === 10;
    if (this.#state === 'size' && !newline) {
      const digit = hexDigit(byte);
      if (digit === undefined) {
        if (this.#digits === 0 || !(byte === 13 || byte === 32 || byte === 59)) throw badFrame();
        this.#state = 'extension';
      } else {
        if (this.#digits === 8) throw badFrame();
        this.#left = this.#left * 16 + digit;
        this.#digits += 1;
      }
    } else if (this.#state === 'size' || this.#state === 'extension') {
      if (newline) this.#endOfSize();
    } else if (this.#state === 'gap') {
      if (newline) this.#state = 'size';
      else if (byte !== 13) throw badFrame();
    } else if (this.#state === 'trailer') {
      if (newline && this.#line === 0) this.#state = 'done';
      else if (newline) this.#line = 0;
      else if (byte !== 13) this.#line += 1;
    }
  }

  #endOfSize(): void {
    if (this.#digits === 0) throw badFrame();
    this.#state = this.#left === 0 ? 'trailer' : 'data';
    [this.#digits, this.#line] = [0, 0];
  }
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : undefined;
}

const badFrame = () => new Error('the answer is not framed as HTTP says');
