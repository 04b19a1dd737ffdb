import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { HttpMethod, ServiceName } from '@ecommercestack/contracts/topology';
import {
  type Address,
  commonRefusals,
  exchangeOf,
  type Metrics,
  onwardHeaders,
  type Refusal,
  refuse,
  sendProblem,
  toProblem,
} from '@ecommercestack/service-kit';
import { type Client, clientAddress, toUpstreamHeaders } from './headers.ts';
import { parseTarget } from './path.ts';
import type { PolicyFile } from './policy-file.ts';
import type { Upstreams } from './proxy.ts';
import { createRetryBudget } from './retry-budget.ts';
import { decideRoute } from './routing.ts';
import { toRefusalCode } from './upstream-failure.ts';

export type Gateway = {
  readonly upstreams: Upstreams;
  readonly policy: PolicyFile;
  readonly addressOf: (service: ServiceName) => Address;
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
    const policy = gateway.policy.current();
    const client = clientOf(request, policy.trustedProxyHops);
    if (policy.isDenied(client.address)) {
      refuseRequest(request, response, refuse('forbidden', 'this address is denied'));
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
      headers: toUpstreamHeaders(request.rawHeaders, client, {
        host: gateway.addressOf(service).host,
        ...onwardHeaders(request),
      }),
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

function clientOf(request: IncomingMessage, trustedHops: number): Client {
  const { 'x-forwarded-for': forwardedFor, 'x-forwarded-proto': proto, host = '' } = request.headers;
  const address = clientAddress(
    request.socket.remoteAddress ?? '',
    typeof forwardedFor === 'string' ? forwardedFor : undefined,
    trustedHops,
  );
  return { address, scheme: trustedHops > 0 && proto === 'https' ? 'https' : 'http', host };
}

function refuseRequest(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const requestId = exchangeOf(request)?.requestId;
  const about = requestId === undefined ? {} : { requestId };
  sendProblem(response, toProblem(refusal, commonRefusals, about), refusal.retryAfterSeconds);
  // A body that nobody will read must not keep the connection busy.
  request.resume();
}
