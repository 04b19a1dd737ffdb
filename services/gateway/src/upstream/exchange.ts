import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Sink } from '../answer/sink.ts';
import { toClientHeaders } from '../headers.ts';
import type { Forwarding } from './upstreams.ts';

export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly forwarding: Forwarding;
  /** Called once, when all of an answer came, with its status. */
  readonly onEnd: (status: number) => void;
  readonly onError: (error: unknown) => void;
};

/** Streams one answer: the service is paused while the client is slow, and aborted when the client is gone. */
export function createExchange({
  response,
  forwarding,
  onEnd,
  onError,
}: Exchange): Dispatcher.DispatchHandler {
  let onGone: (() => void) | undefined;
  let sink: Sink | undefined;
  let answered = 0;
  const settle = (): void => {
    if (onGone !== undefined) response.off('close', onGone);
  };
  return {
    onRequestStart: (controller) => {
      onGone = () => controller.abort(new Error('the client is gone'));
      if (response.destroyed) onGone();
      else response.once('close', onGone);
    },
    onResponseStart: (controller, status, _headers, statusText) => {
      if (status < 200) return;
      answered = status;
      const headers = toClientHeaders(toTexts(controller.rawHeaders), forwarding.strippedPrefix);
      sink = forwarding.open({ status, statusText, headers });
      sink.onDrain(() => controller.resume());
    },
    onResponseData: (controller, chunk) => {
      if (sink?.write(chunk) === false) controller.pause();
    },
    onResponseEnd: () => {
      settle();
      onEnd(answered);
      sink?.end();
    },
    onResponseError: (_controller, error) => {
      settle();
      // Half an answer is out: cutting the connection is the only way left to say that the rest is missing.
      sink?.abort();
      onError(error);
    },
  };
}

function toTexts(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
}
