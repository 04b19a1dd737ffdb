import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import { type Refusal, refuse } from '../domain/result.ts';
import { exchangeOf } from './exchange.ts';
import type { CommonRefusal, RefusalTable } from './problem.ts';
import { sendProblem, toProblem } from './problem.ts';
import { type Answer, isRefusal, type Route } from './route.ts';

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
    const result = await route.answer(
      {
        params: { ...request.params },
        query: { ...request.query },
        body: request.body,
        headers: request.headers,
      },
      options.context,
    );
    if (isRefusal(result)) sendRefusal(response, result, options.refusals, request);
    else sendAnswer(response, result);
  });
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

function sendAnswer(response: ServerResponse, answer: Answer): void {
  const body = answer.body === undefined ? undefined : JSON.stringify(answer.body);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (body !== undefined) {
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('content-length', Buffer.byteLength(body));
  }
  response.writeHead(answer.status);
  response.end(body);
}

function sendRefusal(
  response: ServerResponse,
  refusal: Refusal,
  table: RefusalTable,
  request: Request,
): void {
  const requestId = response.getHeader('x-request-id');
  const problem = toProblem(refusal, table, {
    instance: request.path,
    ...(typeof requestId === 'string' ? { requestId } : {}),
  });
  sendProblem(response, problem, refusal.retryAfterSeconds);
}

function errorHandler<Context>(options: AppOptions<Context>): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const code = toRefusalCode(error);
    if (code === 'internal-error') options.onError(error, request);
    if (response.headersSent) response.destroy();
    else sendRefusal(response, refuse(code), options.refusals, request);
  };
}

// Errors of body-parser and of the router carry a `type` or `status`; nothing of their text is shown to callers.
function toRefusalCode(error: unknown): CommonRefusal {
  if (typeof error !== 'object' || error === null) return 'internal-error';
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
