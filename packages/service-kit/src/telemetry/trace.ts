import { randomBytes } from 'node:crypto';

const traceparentForm = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const requestIdForm = /^[A-Za-z0-9._-]{1,128}$/;

/** The W3C trace context of one request: the trace goes on, and this hop has a span id of its own. */
export type Trace = { readonly traceId: string; readonly spanId: string; readonly flags: string };

/** Continues the caller's trace, or begins an unsampled one when the header is absent or malformed. */
export function continueTrace(header: string | undefined): Trace {
  const match = traceparentForm.exec(header ?? '');
  const traceId = match?.[1];
  const spanId = randomBytes(8).toString('hex');
  if (traceId === undefined || /^0+$/.test(traceId) || /^0+$/.test(match?.[2] ?? '0'))
    return { traceId: randomBytes(16).toString('hex'), spanId, flags: '00' };
  return { traceId, spanId, flags: match?.[3] ?? '00' };
}

/** The `traceparent` header to send onwards. */
export function toTraceparent(trace: Trace): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.flags}`;
}

/** The caller's request id when it is short and plain, otherwise undefined. */
export function parseRequestId(header: string | undefined): string | undefined {
  return header !== undefined && requestIdForm.test(header) ? header : undefined;
}
