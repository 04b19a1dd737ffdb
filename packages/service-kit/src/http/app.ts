import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Pause } from '../domain/pause.ts';
import { type Refusal, refuse } from '../domain/result.ts';
import type { EventStore } from '../store/event-store.ts';
import { Unavailable } from '../store/unavailable.ts';
import { toTraceparent } from '../telemetry/trace.ts';
import { exchangeOf } from './exchange.ts';
import { type Asked, createExecution } from './execution.ts';
import type { CommonRefusal, RefusalTable, Rendered } from './problem.ts';
import { renderProblem, sendRendered, toProblem } from './problem.ts';
import { isRefusal, type Route, type RouteContract } from './route.ts';

const defaultBodyLimit = 64 * 1024;

// Answers are data: nothing in them may run or be framed. TLS ends at the edge, which is where HSTS is said.
const headerPolicy = {
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
};

export type AppOptions<Context> = {
  readonly routes: readonly Route<Context>[];
  readonly context: Context;
  readonly refusals: RefusalTable;
  /** Where effects go; a service that keeps no events has none. */
  readonly store?: EventStore;
  readonly pause: Pause;
  readonly onError: (error: unknown, request: IncomingMessage) => void;
};

/** The express application of a service's routes. Everything else in it is refused with problem+json. */
export function createApp<Context>(options: AppOptions<Context>): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', false);
  app.use(helmet(headerPolicy));
  for (const route of options.routes) addRoute(app, route, options);
  for (const [path, methods] of methodsByPath(options.routes))
    addMethodRefusal(app, path, methods, options.refusals);
  app.use((request: Request, response: Response) =>
    sendRefusal(response, refuse('not-found'), options.refusals, request),
  );
  app.use(errorHandler(options));
  return app;
}

function addRoute<Context>(app: Express, route: Route<Context>, options: AppOptions<Context>): void {
  const parsers =
    route.body === undefined
      ? []
      : [
          requireJson(options.refusals),
          express.json({ limit: route.bodyLimit ?? defaultBodyLimit, strict: true }),
        ];
  app[route.method](toExpressPath(route.path), ...parsers, async (request: Request, response: Response) => {
    nameRoute(request, route.path);
    const { params, query, body, headers } = request;
    const checked = route.check({ params: { ...params }, query: { ...query }, body, headers });
    if (isRefusal(checked)) {
      sendRefusal(response, checked, options.refusals, request);
      return;
    }
    const execute = createExecution({
      ...options,
      renderRefusal: (refusal) => renderRefusal(response, refusal, options.refusals, request),
      onError: (error) => options.onError(error, request),
    });
    sendRendered(response, await execute(checked, options.context, askedOf(route, request)));
  });
}

function askedOf(route: RouteContract, request: Request): Asked {
  const exchange = exchangeOf(request);
  return {
    method: request.method,
    route: route.path,
    target: request.url,
    headers: request.headers,
    body: request.body,
    isIdempotent: route.idempotent === true,
    ...(exchange === undefined ? {} : { traceparent: toTraceparent(exchange.trace) }),
  };
}

function requireJson(refusals: RefusalTable) {
  return (request: Request, response: Response, next: () => void): void => {
    if (request.is('application/json') === 'application/json') next();
    else sendRefusal(response, refuse('unsupported-media-type'), refusals, request);
  };
}

function addMethodRefusal(
  app: Express,
  path: string,
  methods: readonly string[],
  refusals: RefusalTable,
): void {
  app.all(toExpressPath(path), (request, response) => {
    nameRoute(request, path);
    response.setHeader('allow', methods.join(', '));
    sendRefusal(
      response,
      refuse('method-not-allowed', `offered here: ${methods.join(', ')}`),
      refusals,
      request,
    );
  });
}

function methodsByPath(routes: readonly { path: string; method: string }[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const route of routes) {
    const methods = found.get(route.path) ?? [];
    methods.push(route.method.toUpperCase());
    if (route.method === 'get') methods.push('HEAD');
    found.set(route.path, methods);
  }
  return found;
}

function sendRefusal(
  response: ServerResponse,
  refusal: Refusal,
  table: RefusalTable,
  request: Request,
): void {
  sendRendered(response, renderRefusal(response, refusal, table, request));
}

function renderRefusal(
  response: ServerResponse,
  refusal: Refusal,
  table: RefusalTable,
  request: Request,
): Rendered {
  const requestId = response.getHeader('x-request-id');
  const problem = toProblem(refusal, table, {
    instance: request.path,
    ...(typeof requestId === 'string' ? { requestId } : {}),
  });
  return renderProblem(problem, refusal.retryAfterSeconds);
}

function errorHandler<Context>(options: AppOptions<Context>): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const code = toRefusalCode(error);
    if (code === 'internal-error' || code === 'unavailable') options.onError(error, request);
    if (response.headersSent) response.destroy();
    else sendRefusal(response, refuse(code), options.refusals, request);
  };
}

// Errors of body-parser and of the router carry a `type` or `status`; nothing of their text is shown to callers.
function toRefusalCode(error: unknown): CommonRefusal {
  if (typeof error !== 'object' || error === null) return 'internal-error';
  if (error instanceof Unavailable) return 'unavailable';
  const type = 'type' in error ? error.type : undefined;
  const status = 'status' in error ? error.status : undefined;
  if (type === 'entity.too.large') return 'body-too-large';
  if (type === 'entity.parse.failed') return 'malformed-json';
  if (status === 415) return 'unsupported-media-type';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'bad-request' : 'internal-error';
}

// Metrics are labelled with the template, so that ids in paths do not make a time series each.
function nameRoute(request: IncomingMessage, path: string): void {
  const exchange = exchangeOf(request);
  if (exchange !== undefined) exchange.route = path;
}

function toExpressPath(path: string): string {
  return path.replaceAll(/\{([a-zA-Z]+)\}/g, ':$1');
}
