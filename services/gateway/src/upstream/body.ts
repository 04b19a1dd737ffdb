import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';

/** A body of unknown length turned out to be longer than it may be. */
export class BodyTooLarge extends Error {
  constructor(most: number) {
    super(`at most ${most} bytes`);
  }
}

/** The body to send on, which ends in BodyTooLarge where it passes `most`; null when none follows. */
export function bodyOf(request: IncomingMessage, most: number): Readable | null {
  // A length that was told has been judged, and the parser holds the client to it.
  const length = request.headers['content-length'];
  if (length !== undefined) return length === '0' ? null : request;
  if (request.headers['transfer-encoding'] === undefined) return null;
  let size = 0;
  const bounded = new Transform({
    transform: (chunk: Buffer, _encoding, pass) => {
      size += chunk.length;
      if (size > most) pass(new BodyTooLarge(most));
      else pass(null, chunk);
    },
  });
  request.on('error', (error) => bounded.destroy(error));
  request.on('aborted', () => bounded.destroy(new Error('the client is gone')));
  return request.pipe(bounded);
}
