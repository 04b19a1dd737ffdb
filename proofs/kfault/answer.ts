/** What is sent instead of, or as, an answer of the API server. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** A refusal as the API server words it: a Status object. */
export function refusal(status: number, retryAfterSeconds?: number): Answer {
  const details = retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } };
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `kfault answers ${status}`,
    reason: reasons[status] ?? 'Unknown',
    code: status,
    ...details,
  };
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** The first half of an answer. */
export function half({ status, headers, body }: Answer): Answer {
  return { status, headers, body: body.subarray(0, Math.floor(body.length / 2)) };
}
