import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { refuse } from '@ecommercestack/service-kit';
import { type Admission, admitVisit } from './admission.ts';
import { serveVisit } from './caching.ts';
import { toPreflight } from './domain/cors.ts';
import { enter } from './entrance.ts';
import type { Gateway } from './gateway.ts';
import { refuseVisit, type Visit } from './visit.ts';

/**
 * Takes every request through the policies, in the order of what they cost: form, address, country, route and size at
 * the entrance; then identity, limits and rights; then the cache, and the service behind.
 */
export function createListener(gateway: Gateway): RequestListener {
  return (request, response) => {
    // One request that a policy fails over must not end the process that serves all others.
    const start = (): void => {
      try {
        const taken = take(gateway, request, response);
        taken?.catch((error: unknown) => fail(gateway, request, response, error));
      } catch (error) {
        fail(gateway, request, response, error);
      }
    };
    // A request that came behind another on its connection is not begun before that one's answer is out: it may be
    // meant to see what the other did.
    if (response.socket === null) response.once('socket', start);
    else start();
  };
}

function take(
  gateway: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> | undefined {
  const entrance = enter(gateway, request, response);
  if ('refusal' in entrance) {
    if (entrance.allow !== undefined) response.setHeader('allow', entrance.allow);
    refuseVisit(gateway, request, response, entrance.refusal);
    return undefined;
  }
  const { visit } = entrance;
  if (request.method === 'OPTIONS') {
    answerPreflight(visit);
    return undefined;
  }
  const admission = admitVisit(visit);
  if (admission instanceof Promise) return admission.then((found) => proceed(visit, found));
  proceed(visit, admission);
  return undefined;
}

function proceed(visit: Visit, admission: Admission): void {
  const { gateway, request, response } = visit;
  if (response.destroyed) return;
  if ('refusal' in admission) refuseVisit(gateway, request, response, admission.refusal);
  else serveVisit(visit, admission.caller);
}

// decideRoute lets OPTIONS through only as the preflight of a method that is offered.
function answerPreflight({ gateway, prepared, request, response }: Visit): void {
  const { cors } = prepared.policy;
  const { origin } = request.headers;
  const headers = cors === undefined || origin === undefined ? undefined : toPreflight(cors, origin);
  if (headers === undefined) {
    refuseVisit(gateway, request, response, refuse('forbidden', 'pages of this origin may not call'));
    return;
  }
  for (const [name, value] of headers) response.setHeader(name, value);
  response.writeHead(204);
  response.end();
  request.resume();
}

function fail(gateway: Gateway, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  gateway.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a policy failed');
  if (response.headersSent) response.destroy();
  else refuseVisit(gateway, request, response, refuse('internal-error'));
}
