import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HostedService } from '../opening.ts';
import { checkDependencies, type Readiness, singleFlight, toReadiness } from '../readiness.ts';
import type { Service } from '../service.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { pathOf } from './exchange.ts';
import { toOpenApi } from './openapi.ts';

type Operation = (response: ServerResponse) => void;

/**
 * Finds the operation a request asks for: `/health`, `/ready`, `/metrics`, `/openapi.json`. Undefined for all other
 * paths and methods. Health and metrics are the process's; readiness covers every service in it.
 */
export function operationOf(
  hosted: readonly HostedService[],
  state: { readonly phase: 'running' | 'draining' },
  metrics: Metrics,
  version: string,
) {
  const readiness = singleFlight(() => readAll(hosted, state, metrics));
  const operations: Readonly<Record<string, (picked: HostedService | undefined) => Operation>> = {
    '/health': () => (response) => sendJson(response, 200, { status: 'alive' }),
    '/ready': () => (response) => sendReadiness(response, readiness),
    '/metrics': () => (response) => sendMetrics(response, metrics),
    '/openapi.json': (picked) => (response) =>
      sendJson(response, 200, picked === undefined ? {} : openApiOf(picked.service, version)),
  };
  return (request: IncomingMessage, picked: HostedService | undefined): Operation | undefined => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const path = pathOf(request);
    if (isFromOutside(request, picked) && path !== '/health') return undefined;
    return Object.hasOwn(operations, path) ? operations[path]?.(picked) : undefined;
  };
}

/** The OpenAPI document of a service. */
export function openApiOf(service: Service, version: string) {
  const info = { title: service.row.objectName, version, description: service.row.summary };
  return toOpenApi(info, service.routes, service.refusals);
}

// What came through a proxy in front of the edge service came from the internet, which is shown no metrics and no
// names of stores. Probes and scrapes reach the pod without such a header.
function isFromOutside(request: IncomingMessage, picked: HostedService | undefined): boolean {
  return picked?.service.row.edge === true && request.headers['x-forwarded-for'] !== undefined;
}

async function readAll(
  hosted: readonly HostedService[],
  state: { readonly phase: 'running' | 'draining' },
  metrics: Metrics,
): Promise<Readiness> {
  const checks = await Promise.all(
    hosted.map(async ({ service, pings }) => {
      const found = await checkDependencies(pings, service.survives);
      for (const { name, ok } of found) metrics.setDependency(service.row.name, name, ok);
      return found;
    }),
  );
  const running = hosted.every(({ open }) => open() !== undefined) ? 'running' : 'starting';
  return toReadiness(state.phase === 'draining' ? 'draining' : running, checks.flat());
}

function sendReadiness(response: ServerResponse, readiness: () => Promise<Readiness>): void {
  readiness().then(
    (found) => sendJson(response, found.status === 'not-ready' ? 503 : 200, found),
    () => sendJson(response, 503, { status: 'not-ready' }),
  );
}

function sendMetrics(response: ServerResponse, metrics: Metrics): void {
  metrics.render().then(
    (text) => {
      response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
      response.end(text);
    },
    () => sendJson(response, 500, { status: 'failed' }),
  );
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}
