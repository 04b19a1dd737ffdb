import type { AnswerHead, Sink } from '../answer/sink.ts';

// One answer must not push everything else out.
const mostBytes = 1_048_576;

/** A sink that also collects the body, and hands it over when all of it came; never when it is too long. */
export function recording(
  sink: Sink,
  head: AnswerHead,
  onWhole: (head: AnswerHead, body: Buffer) => void,
): Sink {
  let parts: Buffer[] | undefined = [];
  let size = 0;
  return {
    ...sink,
    write: (chunk) => {
      size += chunk.length;
      if (size > mostBytes) parts = undefined;
      parts?.push(chunk);
      return sink.write(chunk);
    },
    end: () => {
      if (parts !== undefined) onWhole(head, Buffer.concat(parts));
      sink.end();
    },
  };
}

/** A sink for an answer that only says that another is still good. */
export function discarding(onEnd: () => void, onAbort: () => void): Sink {
  return { write: () => true, end: onEnd, abort: onAbort, onDrain: () => {} };
}
