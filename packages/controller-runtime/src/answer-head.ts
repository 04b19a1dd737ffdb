/** The first lines of an HTTP/1.1 answer. */
export interface AnswerHead {
  readonly status: number;
  /** By lower-case name; of several headers with one name the last counts. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes that the head takes, with its empty line. */
  readonly length: number;
}

const MOST_BYTES = 64 * 1024;

/** Reads the head of an answer; undefined while it is not complete. Throws for what is no HTTP/1.1. */
export function readHead(bytes: Buffer): AnswerHead | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) {
    if (bytes.length > MOST_BYTES) throw new Error('the head of the answer has no end');
    return undefined;
  }
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) throw new Error('the answer is no HTTP/1.1');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error('the answer has a header without a name');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(status), headers, length: end + 4 };
}
