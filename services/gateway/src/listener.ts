import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { HttpMethod } from '@ecommercestack/contracts/topology';
import {
  commonRefusals,
  exchangeOf,
  type Metrics,
  onwardHeaders,
  type Refusal,
  refuse,
  sendProblem,
  toProblem,
} from '@ecommercestack/service-kit';
import { clientAddress, toUpstreamHeaders } from './headers.ts';
import { parseTarget } from './path.ts';
import type { Upstreams } from './proxy.ts';
import { createRetryBudget } from './retry-budget.ts';
import { decideRoute } from './routing.ts';
import { toRefusalCode } from './upstream-failure.ts';

export type Gateway = {
  readonly upstreams: Upstreams;
  readonly originOf: (service: Parameters<Upstreams['forward']>[2]['service']) => string;
  readonly trustedHops: number;
  readonly metrics: Metrics;
};

/** Takes every request: judges its path, finds its service and streams it there. */
export function createListener(gateway: Gateway): RequestListener {
  const budget = createRetryBudget();
  return (request, response) => {
    const target = parseTarget(request.url ?? '');
    if (target === undefined) {
      refuseRequest(request, response, refuse('malformed-path'));
      return;
    }
    const method = request.method ?? '';
    const decision = decideRoute(method, target.path);
    if (decision.kind === 'refuse') {
      if (decision.allow !== undefined) response.setHeader('allow', decision.allow);
      refuseRequest(request, response, decision.refusal);
      return;
    }
    const { service } = decision;
    const exchange = exchangeOf(request);
    if (exchange !== undefined) exchange.route = service;
    budget.onRequest();
    gateway.upstreams.forward(request, response, {
      service,
      path: `${decision.path}${target.query}`,
      strippedPrefix: decision.strippedPrefix,
      // decideRoute forwards only methods that the table names.
      method: method as HttpMethod,
      headers: headersFor(request, gateway, service),
      takeRetry: () => {
        const granted = budget.take();
        if (granted) gateway.metrics.countRetry(service);
        return granted;
      },
      onFailure: (failure) =>
        refuseRequest(request, response, {
          ...refuse(toRefusalCode(failure), `${service} did not answer`),
          retryAfterSeconds: 1,
        }),
    });
  };
}

function headersFor(
  request: IncomingMessage,
  gateway: Gateway,
  service: Parameters<Gateway['originOf']>[0],
): string[] {
  const forwardedFor = request.headers['x-forwarded-for'];
  const address = clientAddress(
    request.socket.remoteAddress ?? '',
    typeof forwardedFor === 'string' ? forwardedFor : undefined,
    gateway.trustedHops,
  );
  const scheme =
    gateway.trustedHops > 0 && request.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const client = { address, scheme, host: request.headers.host ?? '' };
  const ours = { host: new URL(gateway.originOf(service)).host, ...onwardHeaders(request) };
  return toUpstreamHeaders(request.rawHeaders, client, ours);
}

function refuseRequest(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const requestId = exchangeOf(request)?.requestId;
  const about = requestId === undefined ? {} : { requestId };
  sendProblem(response, toProblem(refusal, commonRefusals, about), refusal.retryAfterSeconds);
  // A body that nobody will read must not keep the connection busy.
  request.resume();
}
