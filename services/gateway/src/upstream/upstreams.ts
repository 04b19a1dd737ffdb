import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { HttpMethod, ServiceName } from '@ecommercestack/contracts/topology';
import type { Address, Clock } from '@ecommercestack/service-kit';
import { Client, type Dispatcher, Pool } from 'undici';
import type { AnswerHead, Sink } from '../answer/sink.ts';
import {
  type Admission,
  admit,
  type Breaker,
  closedBreaker,
  secondsUntilTry,
  settle,
  takeBack,
} from '../domain/breaker.ts';
import { type Endpoint, endpointOf, noteEnd, pickEndpoint } from '../domain/endpoints.ts';
import type { UpstreamPolicy } from '../policy/routes-section.ts';
import { BodyTooLarge } from './body.ts';
import { createExchange } from './exchange.ts';
import { type Failure, isSick, mayRetry, toFailure } from './failure.ts';

export type Forwarding = {
  readonly service: ServiceName;
  readonly path: string;
  /** What was taken off the client's path; given back in a Location. */
  readonly strippedPrefix: string;
  readonly method: HttpMethod;
  readonly headers: string[];
  readonly body: Readable | null;
  readonly upstream: UpstreamPolicy;
  /** Wait for the start of an answer and between its parts, where it is another than usual; 0 waits for ever. */
  readonly timeoutMs?: number | undefined;
  readonly pauseMs?: number | undefined;
  readonly retry: boolean;
  /** Asks whether the budget has one more retry. */
  readonly takeRetry: () => boolean;
  /** Begins the client's answer. */
  readonly open: (head: AnswerHead) => Sink;
  /** Called when no byte of an answer was sent to the client; it may still be answered. */
  readonly onFailure: (failure: Failure, retryAfterSeconds?: number) => void;
};

export type Upstreams = {
  readonly forward: (request: IncomingMessage, response: ServerResponse, forwarding: Forwarding) => void;
  readonly close: () => Promise<void>;
};

export type UpstreamLimits = {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyMs: number;
  /** Connections to one endpoint. */
  readonly connections: number;
  /** Requests that may wait for one of them. */
  readonly waiting: number;
};

export type UpstreamsOptions = {
  readonly addressOf: (service: ServiceName) => Address;
  readonly limits: UpstreamLimits;
  readonly clock: Clock;
  readonly onBreak?: (service: ServiceName) => void;
};

// Shorter than a pod serves on after SIGTERM (5 s). A connection to a pod that goes is then either used meanwhile, and
// told to close with its answer, or closed here for idleness: when the pod closes its sockets, none is left to meet a
// request, and a POST, which must not be sent twice, is not lost.
const idleMs = 2000;

type Place = Endpoint & { readonly pool: Pool; readonly fresh: () => Client };
type Upstream = { readonly breaker: Breaker; readonly places: Map<string, Place>; turn: number };

/** Connections to each service, and the loop that streams an exchange through one of them. */
export function createUpstreams(options: UpstreamsOptions): Upstreams {
  const { addressOf, limits, clock } = options;
  const known = new Map<ServiceName, Upstream>();
  const upstreamOf = (service: ServiceName): Upstream => {
    const found = known.get(service) ?? { breaker: closedBreaker(), places: new Map(), turn: 0 };
    known.set(service, found);
    return found;
  };
  return {
    forward: (request, response, forwarding) => {
      const upstream = upstreamOf(forwarding.service);
      const origins = forwarding.upstream.endpoints ?? [addressOf(forwarding.service).origin];
      const admission = admit(upstream.breaker, clock.now());
      if (admission === 'no') {
        forwarding.onFailure('refused', secondsUntilTry(upstream.breaker, clock.now()));
        return;
      }
      attempt(
        {
          options,
          upstream,
          admission,
          places: placesOf(upstream, origins, limits),
          request,
          response,
          forwarding,
        },
        1,
      );
    },
    close: async () => {
      const places = [...known.values()].flatMap((upstream) => [...upstream.places.values()]);
      await Promise.all(places.map(({ pool }) => pool.close()));
    },
  };
}

function placesOf({ places }: Upstream, origins: readonly string[], limits: UpstreamLimits): Place[] {
  return origins.map((origin) => {
    const place = places.get(origin) ?? placeOf(origin, limits);
    places.set(origin, place);
    return place;
  });
}

function placeOf(origin: string, limits: UpstreamLimits): Place {
  const options = {
    connect: { timeout: limits.connectMs },
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.bodyMs,
    pipelining: 1,
  };
  const pool = new Pool(origin, {
    ...options,
    connections: limits.connections,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
  });
  return { ...endpointOf(origin), pool, fresh: () => new Client(origin, options) };
}

type Sending = {
  readonly options: UpstreamsOptions;
  readonly upstream: Upstream;
  readonly admission: Admission;
  readonly places: readonly Place[];
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly forwarding: Forwarding;
};

function attempt(sending: Sending, attempts: number, except?: Place): void {
  const { options, upstream, admission, places, request, response, forwarding } = sending;
  const { clock, limits } = options;
  upstream.turn += 1;
  // Every member of `places` is a Place, and so is the one that is picked.
  const place = pickEndpoint(places, clock.now(), upstream.turn, except) as Place | undefined;
  // A service that has become slow must not fill the gateway's memory with those who wait for it.
  if (place === undefined || place.inFlight >= limits.connections + limits.waiting) {
    takeBack(upstream.breaker, admission);
    forwarding.onFailure('refused');
    return;
  }
  place.inFlight += 1;
  let isOver = false;
  const leave = (failed: boolean): void => {
    if (isOver) return;
    isOver = true;
    place.inFlight -= 1;
    const { failuresInRow, base } = forwarding.upstream.ejection;
    noteEnd(place, { failuresInRow, baseMs: base }, clock.now(), failed);
  };
  const onError = (error: unknown): void => {
    const isOurs = response.destroyed || error instanceof BodyTooLarge;
    leave(!isOurs);
    if (isOurs || response.headersSent) {
      if (isOurs) takeBack(upstream.breaker, admission);
      else end(sending, true);
      if (error instanceof BodyTooLarge) forwarding.onFailure('too-large');
      return;
    }
    const failure = toFailure(error);
    const facts = { method: forwarding.method, hasBody: forwarding.body !== null, failure, attempts };
    if (forwarding.retry && mayRetry(facts) && forwarding.takeRetry()) {
      attempt(sending, attempts + 1, place);
      return;
    }
    end(sending, true);
    forwarding.onFailure(failure);
  };
  const onEnd = (status: number): void => {
    leave(isSick(status));
    end(sending, isSick(status));
  };
  dispatch(
    place,
    sending,
    attempts,
    createExchange({ request, response, forwarding, onEnd, onError }),
    onError,
  );
}

function dispatch(
  place: Place,
  { forwarding }: Sending,
  attempts: number,
  exchange: Dispatcher.DispatchHandler,
  onError: (error: unknown) => void,
): void {
  const { method, path, headers, body, timeoutMs, pauseMs } = forwarding;
  const dispatched: Dispatcher.DispatchOptions = {
    method,
    path,
    headers,
    body,
    ...(timeoutMs === undefined ? {} : { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }),
    ...(pauseMs === undefined ? {} : { bodyTimeout: pauseMs }),
  };
  try {
    if (attempts === 1) {
      place.pool.dispatch(dispatched, exchange);
      return;
    }
    // The second attempt has a connection of its own: those in the pool may all lead to the pod that has just left.
    const client = place.fresh();
    client.dispatch(dispatched, exchange);
    client.close().catch(() => {});
  } catch (error) {
    onError(error);
  }
}

function end({ options, upstream, admission, forwarding }: Sending, failed: boolean): void {
  const { minimum, failurePercent, window, open } = forwarding.upstream.breaker;
  const rule = { minimum, failurePercent, windowMs: window, openMs: open };
  if (settle(upstream.breaker, rule, options.clock.now(), { failed, admission }))
    options.onBreak?.(forwarding.service);
}
