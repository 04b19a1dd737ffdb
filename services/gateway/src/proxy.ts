import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpMethod, ServiceName } from '@ecommercestack/contracts/topology';
import type { Address } from '@ecommercestack/service-kit';
import { Client, type Dispatcher, Pool } from 'undici';
import { toClientHeaders } from './headers.ts';
import { type Failure, mayRetry, toFailure } from './upstream-failure.ts';

export type Forwarding = {
  readonly service: ServiceName;
  readonly path: string;
  /** What was taken off the client's path; given back in a Location. */
  readonly strippedPrefix: string;
  readonly method: HttpMethod;
  readonly headers: string[];
  /** Asks whether the budget has one more retry. */
  readonly takeRetry: () => boolean;
  /** Called when no byte of an answer was sent to the client; it may still be answered. */
  readonly onFailure: (failure: Failure) => void;
};

export type Upstreams = {
  readonly forward: (request: IncomingMessage, response: ServerResponse, forwarding: Forwarding) => void;
  readonly close: () => Promise<void>;
};

export type UpstreamLimits = {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyMs: number;
  /** Connections to one service. */
  readonly connections: number;
  /** Requests that may wait for one of them. */
  readonly waiting: number;
};

// Shorter than a pod serves on after SIGTERM (5 s). A connection to a pod that goes is then either used meanwhile, and
// told to close with its answer, or closed here for idleness: when the pod closes its sockets, none is left to meet a
// request, and a POST, which must not be sent twice, is not lost.
const idleMs = 2000;

type Connections = { readonly pool: Pool; readonly fresh: () => Client; inFlight: number };

/** A pool of connections to each service, and the loop that streams an exchange through one of them. */
export function createUpstreams(
  addressOf: (service: ServiceName) => Address,
  limits: UpstreamLimits,
): Upstreams {
  const known = new Map<ServiceName, Connections>();
  const connectionsTo = (service: ServiceName): Connections => {
    const found = known.get(service) ?? connectionsOf(addressOf(service).origin, limits);
    known.set(service, found);
    return found;
  };
  return {
    forward: (request, response, forwarding) => {
      const connections = connectionsTo(forwarding.service);
      // A service that has become slow must not fill the gateway's memory with those who wait for it.
      if (connections.inFlight >= limits.connections + limits.waiting) {
        forwarding.onFailure('refused');
        return;
      }
      connections.inFlight += 1;
      response.once('close', () => {
        connections.inFlight -= 1;
      });
      attempt(connections, request, response, forwarding, 1);
    },
    close: async () => {
      await Promise.all([...known.values()].map(({ pool }) => pool.close()));
    },
  };
}

function connectionsOf(origin: string, limits: UpstreamLimits): Connections {
  const options = {
    connect: { timeout: limits.connectMs },
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.bodyMs,
    pipelining: 1,
  };
  return {
    pool: new Pool(origin, {
      ...options,
      connections: limits.connections,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
    }),
    fresh: () => new Client(origin, options),
    inFlight: 0,
  };
}

function attempt(
  connections: Connections,
  request: IncomingMessage,
  response: ServerResponse,
  forwarding: Forwarding,
  attempts: number,
): void {
  const hasBody = bodyFollows(request);
  const { method, path, headers } = forwarding;
  const onError = (error: unknown): void => {
    if (response.destroyed) return;
    if (response.headersSent) {
      // Half an answer is out: cutting the connection is the only way left to say that the rest is missing.
      response.destroy();
      return;
    }
    const failure = toFailure(error);
    if (mayRetry({ method, hasBody, failure, attempts }) && forwarding.takeRetry())
      attempt(connections, request, response, forwarding, attempts + 1);
    else forwarding.onFailure(failure);
  };
  const exchange = createExchange(request, response, forwarding.strippedPrefix, onError);
  const options: Dispatcher.DispatchOptions = { method, path, headers, body: hasBody ? request : null };
  try {
    if (attempts === 1) connections.pool.dispatch(options, exchange);
    else dispatchOnce(connections.fresh(), options, exchange);
  } catch (error) {
    onError(error);
  }
}

// The second attempt has a connection of its own: those in the pool may all lead to the pod that has just left.
function dispatchOnce(
  client: Client,
  options: Dispatcher.DispatchOptions,
  exchange: Dispatcher.DispatchHandler,
): void {
  client.dispatch(options, exchange);
  client.close().catch(() => {});
}

// Streams one answer: the upstream is paused while the client is slow, and aborted when the client is gone.
function createExchange(
  request: IncomingMessage,
  response: ServerResponse,
  strippedPrefix: string,
  onError: (error: unknown) => void,
): Dispatcher.DispatchHandler {
  let onGone: (() => void) | undefined;
  const settle = (): void => {
    if (onGone !== undefined) response.off('close', onGone);
  };
  return {
    onRequestStart: (controller) => {
      onGone = () => controller.abort(new Error('the client is gone'));
      if (response.destroyed) onGone();
      else response.once('close', onGone);
    },
    onResponseStart: (controller, status, _headers, statusMessage) => {
      if (status < 200) return;
      for (const [name, value] of toClientHeaders(toTexts(controller.rawHeaders), strippedPrefix))
        response.appendHeader(name, value);
      response.writeHead(status, statusMessage);
      response.on('drain', () => controller.resume());
      if (request.method === 'HEAD') response.flushHeaders();
    },
    onResponseData: (controller, chunk) => {
      if (!response.write(chunk)) controller.pause();
    },
    onResponseEnd: () => {
      settle();
      response.end();
    },
    onResponseError: (_controller, error) => {
      settle();
      onError(error);
    },
  };
}

function bodyFollows(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function toTexts(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
}
