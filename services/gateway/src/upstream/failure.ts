import type { CommonRefusal } from '@ecommercestack/service-kit';

export type Failure = 'refused' | 'broken' | 'timeout' | 'too-large';

const timeouts: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

const refusals: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What kind of failure an upstream error is. */
export function toFailure(error: unknown): Failure {
  const code = codeOf(error);
  if (timeouts.has(code)) return 'timeout';
  return refusals.has(code) ? 'refused' : 'broken';
}

/** The refusal a client gets for a failure: 503 nobody there, 502 broken off, 504 too late. */
export function toRefusalCode(failure: Failure): CommonRefusal {
  if (failure === 'too-large') return 'body-too-large';
  if (failure === 'timeout') return 'upstream-timeout';
  return failure === 'refused' ? 'unavailable' : 'upstream-failed';
}

/** Whether a status says that the service, or the mesh in front of it, could not answer. */
export function isSick(status: number): boolean {
  return status >= 502 && status <= 504;
}

/**
 * May the request be sent once more? Never after a byte of the answer, never after a timeout (the service may be at
 * work), and only GET and HEAD without a body: a request that may have had an effect is never sent twice.
 */
export function mayRetry(attempt: {
  method: string;
  hasBody: boolean;
  failure: Failure;
  attempts: number;
}): boolean {
  const idempotent = attempt.method === 'GET' || attempt.method === 'HEAD';
  return idempotent && !attempt.hasBody && attempt.failure !== 'timeout' && attempt.attempts < 2;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
