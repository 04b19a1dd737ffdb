import type { IncomingMessage, ServerResponse } from 'node:http';
import { uuidv7 } from '../sources.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { continueTrace, parseRequestId, type Trace, toTraceparent } from '../telemetry/trace.ts';

/** What identifies one request on its way through the services. */
export type Exchange = { readonly requestId: string; readonly trace: Trace; service: string; route: string };

const exchanges = new WeakMap<IncomingMessage, Exchange>();

/** The exchange of a request that this process accepted; undefined for any other. */
export function exchangeOf(request: IncomingMessage): Exchange | undefined {
  return exchanges.get(request);
}

/** Headers that a call on behalf of this request must carry. */
export function onwardHeaders(request: IncomingMessage): Record<string, string> {
  const exchange = exchanges.get(request);
  if (exchange === undefined) return {};
  return { 'x-request-id': exchange.requestId, traceparent: toTraceparent(exchange.trace) };
}

/** Gives the request an id and a span, answers the id, and logs and measures the exchange when it ends. */
export function beginExchange(
  request: IncomingMessage,
  response: ServerResponse,
  report: { log: Log; metrics: Metrics },
): Exchange {
  const exchange: Exchange = {
    requestId: parseRequestId(headerOf(request, 'x-request-id')) ?? uuidv7.next(),
    trace: continueTrace(headerOf(request, 'traceparent')),
    service: 'none',
    route: 'none',
  };
  exchanges.set(request, exchange);
  response.setHeader('x-request-id', exchange.requestId);
  const startedAt = performance.now();
  response.once('close', () => {
    const seconds = (performance.now() - startedAt) / 1000;
    const { service, route } = exchange;
    const method = request.method ?? 'OTHER';
    const status = response.writableFinished ? response.statusCode : 499;
    report.metrics.observeRequest({ service, method, route, status, seconds });
    if (route === 'operations') return;
    const fields = { service, method, path: pathOf(request), status, ms: Math.round(seconds * 1000) };
    report.log.info(
      { ...fields, requestId: exchange.requestId, traceId: exchange.trace.traceId },
      'answered',
    );
  });
  return exchange;
}

/** The path without the query, which may carry personal data. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
