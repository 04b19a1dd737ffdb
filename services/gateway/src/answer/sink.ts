import type { ServerResponse } from 'node:http';

/** The beginning of an answer, as the client will get it. */
export type AnswerHead = {
  readonly status: number;
  readonly statusText?: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
};

/** Where the parts of one answer go. */
export type Sink = {
  /** False when no more should come before the client has caught up. */
  readonly write: (chunk: Buffer) => boolean;
  readonly end: () => void;
  /** What was written is not all: the answer has to look cut off. */
  readonly abort: () => void;
  /** Called whenever the client has caught up. */
  readonly onDrain: (resume: () => void) => void;
};

/** Sends the head, and answers where the body goes: straight to the client. */
export function openSink(response: ServerResponse, { status, statusText, headers }: AnswerHead): Sink {
  for (const [name, value] of headers) response.appendHeader(name, value);
  if (statusText === undefined) response.writeHead(status);
  else response.writeHead(status, statusText);
  if (response.req.method === 'HEAD') response.flushHeaders();
  return {
    write: (chunk) => response.write(chunk),
    end: () => response.end(),
    abort: () => response.destroy(),
    onDrain: (resume) => response.on('drain', resume),
  };
}

/** The first value of a header, by lower-case name. */
export function headerIn(headers: AnswerHead['headers'], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}
