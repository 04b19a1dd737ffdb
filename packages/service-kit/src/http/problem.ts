import type { ServerResponse } from 'node:http';
import { type Problem, problemMediaType } from '@ecommercestack/contracts/problem';
import type { Refusal } from '../domain/result.ts';

export type RefusalTable = Readonly<Record<string, { readonly status: number; readonly title: string }>>;

/** THE table of refusals every service can give: stable code → status and title. */
export const commonRefusals = {
  'bad-request': { status: 400, title: 'The request is malformed' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-request': { status: 400, title: 'The message is not one that everybody reads alike' },
  'malformed-path': { status: 400, title: 'The path is not in its normal form' },
  'idempotency-key-required': { status: 400, title: 'An Idempotency-Key of 1 to 255 characters is required' },
  'malformed-if-match': { status: 400, title: 'If-Match is not an entity tag of this service' },
  unauthenticated: { status: 401, title: 'Who is calling is not known' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'Nothing is found here' },
  'method-not-allowed': { status: 405, title: 'The method is not offered here' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The request conflicts with the present state' },
  'precondition-failed': { status: 412, title: 'The resource has changed meanwhile' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The path is too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'validation-failed': { status: 422, title: 'The body breaks the schema' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'precondition-required': { status: 428, title: 'If-Match is required' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'There are too many headers, or they are too long' },
  'internal-error': { status: 500, title: 'The service failed' },
  'not-implemented': { status: 501, title: 'This is not built yet' },
  'upstream-failed': { status: 502, title: 'The service behind broke off the answer' },
  unavailable: { status: 503, title: 'The service cannot answer now' },
  'upstream-timeout': { status: 504, title: 'The service behind did not answer in time' },
} as const satisfies RefusalTable;

export type CommonRefusal = keyof typeof commonRefusals;

/** The RFC 9457 form of a refusal. A code that the table lacks is our bug and becomes `internal-error`. */
export function toProblem(
  refusal: Refusal,
  table: RefusalTable,
  about: { instance?: string; requestId?: string } = {},
): Problem {
  const known = Object.hasOwn(table, refusal.refusal) ? table[refusal.refusal] : undefined;
  const row = known ?? commonRefusals['internal-error'];
  const code = known === undefined ? 'internal-error' : refusal.refusal;
  return {
    type: `urn:ecommercestack:problem:${code}`,
    title: row.title,
    status: row.status,
    code,
    ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
    ...about,
    ...(refusal.errors === undefined ? {} : { errors: [...refusal.errors] }),
  };
}

/** A problem as bytes, with the headers that go with it. */
export function renderProblem(problem: Problem, retryAfterSeconds?: number): Rendered {
  return {
    status: problem.status,
    headers: {
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      'content-type': problemMediaType,
      'cache-control': 'no-store',
    },
    body: JSON.stringify(problem),
  };
}

/** An answer as it goes over the wire, but for the headers of transport. */
export type Rendered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Sends a rendered answer. Does nothing when the answer has already begun. */
export function sendRendered(response: ServerResponse, { status, headers, body }: Rendered): void {
  if (response.headersSent || response.destroyed) return;
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}

/** Writes a problem as the whole answer. Does nothing when the answer has already begun. */
export function sendProblem(response: ServerResponse, problem: Problem, retryAfterSeconds?: number): void {
  sendRendered(response, renderProblem(problem, retryAfterSeconds));
}
