import type { ServerResponse } from 'node:http';
import { type Problem, problemMediaType } from '@ecommercestack/contracts/problem';
import type { Refusal } from '../domain/result.ts';

export type RefusalTable = Readonly<Record<string, { readonly status: number; readonly title: string }>>;

/** THE table of refusals every service can give: stable code → status and title. */
export const commonRefusals = {
  'bad-request': { status: 400, title: 'The request is malformed' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-path': { status: 400, title: 'The path is not in its normal form' },
  'malformed-if-match': { status: 400, title: 'If-Match is not an entity tag of this service' },
  unauthenticated: { status: 401, title: 'Who is calling is not known' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'Nothing is found here' },
  'method-not-allowed': { status: 405, title: 'The method is not offered here' },
  conflict: { status: 409, title: 'The request conflicts with the present state' },
  'precondition-failed': { status: 412, title: 'The resource has changed meanwhile' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'validation-failed': { status: 422, title: 'The body breaks the schema' },
  'precondition-required': { status: 428, title: 'If-Match is required' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
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

/** Writes a problem as the whole answer. Does nothing when the answer has already begun. */
export function sendProblem(response: ServerResponse, problem: Problem, retryAfterSeconds?: number): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(problem);
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  response.writeHead(problem.status, {
    'content-type': problemMediaType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
