import type { HttpMethod } from '@ecommercestack/contracts/topology';
import { onwardHeaders, refuse } from '@ecommercestack/service-kit';
import type { AnswerHead, Sink } from './answer/sink.ts';
import { openAnswer } from './answering.ts';
import type { Caller } from './domain/caller.ts';
import { toUpstreamHeaders } from './headers.ts';
import { identityHeadersOf } from './identity/identify.ts';
import { upstreamSection } from './policy/routes-section.ts';
import { bodyOf } from './upstream/body.ts';
import { toRefusalCode } from './upstream/failure.ts';
import { refuseVisit, type Visit } from './visit.ts';

const usual = upstreamSection.parse({});

export type Going = {
  /** Headers of ours beside the client's, as conditions of the cache. */
  readonly conditions?: Readonly<Record<string, string>>;
  readonly open?: (head: AnswerHead) => Sink;
  /** Called when the service gave no answer. */
  readonly onFailure?: () => void;
};

/** Sends the request on to its service, and streams the answer back. */
export function forwardVisit(
  visit: Visit,
  caller: Caller,
  { conditions = {}, open, onFailure }: Going = {},
): void {
  const { gateway, prepared, request, response, way, target, client } = visit;
  const { policy } = prepared;
  const { service, route } = way;
  const upstream = policy.upstreams[service] ?? policy.upstreams.default ?? usual;
  const isEvents = request.headers.accept?.includes('text/event-stream') === true;
  gateway.budget.onRequest();
  gateway.upstreams.forward(request, response, {
    service,
    path: `${way.path}${target.query}`,
    strippedPrefix: way.strippedPrefix,
    // decideRoute forwards only methods that the table names.
    method: request.method as HttpMethod,
    headers: toUpstreamHeaders(
      request.rawHeaders,
      client,
      {
        host: gateway.addressOf(service).host,
        ...onwardHeaders(request),
        ...identityHeadersOf(caller),
        ...route?.request.set,
        ...conditions,
      },
      route?.request.remove,
    ),
    body: bodyOf(request, route?.maxBody ?? policy.requests.maxBody),
    upstream,
    timeoutMs: route?.timeout ?? upstream.timeout,
    // Events come when they come.
    pauseMs: isEvents ? 0 : undefined,
    retry: route?.retry ?? true,
    takeRetry: () => {
      const granted = gateway.budget.take();
      if (granted) gateway.metrics.countRetry(service);
      return granted;
    },
    open: open ?? ((head) => openAnswer(visit, head)),
    onFailure: (failure, retryAfterSeconds = 1) => {
      onFailure?.();
      const refusal = refuse(
        toRefusalCode(failure),
        failure === 'too-large' ? undefined : `${service} did not answer`,
      );
      refuseVisit(
        gateway,
        request,
        response,
        failure === 'too-large' ? refusal : { ...refusal, retryAfterSeconds },
      );
    },
  });
}
