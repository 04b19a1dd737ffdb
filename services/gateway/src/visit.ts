import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type CommonRefusal,
  commonRefusals,
  exchangeOf,
  type Refusal,
  sendProblem,
  toProblem,
} from '@ecommercestack/service-kit';
import { toCorsHeaders } from './domain/cors.ts';
import type { Gateway, Prepared } from './gateway.ts';
import type { Client } from './headers.ts';
import type { Target } from './path.ts';
import type { Decision } from './routing.ts';

/** Where a visit goes. */
type Way = Extract<Decision, { kind: 'forward' }>;

/** One request on its way through the gateway, under the policy that held when it came. */
export type Visit = {
  readonly gateway: Gateway;
  readonly prepared: Prepared;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
  readonly client: Client;
  readonly country: string | undefined;
  readonly way: Way;
};

/** Answers with a problem, and counts it. */
export function refuseVisit(
  { metrics, prepared }: Pick<Gateway, 'metrics' | 'prepared'>,
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal<CommonRefusal>,
): void {
  metrics.countRefusal('gateway', refusal.refusal);
  const requestId = exchangeOf(request)?.requestId;
  const about = requestId === undefined ? {} : { requestId };
  if (!response.headersSent) {
    const { cors } = prepared().policy;
    if (cors !== undefined)
      for (const [name, value] of toCorsHeaders(cors, request.headers.origin))
        response.setHeader(name, value);
    // Where a message may have been read in two ways, or goes on for too long, the connection ends with it.
    if (endsConnection.has(refusal.refusal)) response.setHeader('connection', 'close');
  }
  sendProblem(response, toProblem(refusal, commonRefusals, about), refusal.retryAfterSeconds);
  // A body that nobody will read must not keep the connection busy.
  request.resume();
}

const endsConnection: ReadonlySet<string> = new Set([
  'malformed-request',
  'malformed-path',
  'headers-too-large',
  'uri-too-long',
  'body-too-large',
]);
