import { request } from 'undici';
import type { Address } from '../service.ts';

/** An HTTP call to another service or to a provider. */
export type OutgoingCall = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly timeoutMs: number;
};

/** The answer of a call; the body is undefined when it is no JSON. */
export type Called = { readonly status: number; readonly body: unknown };

/** Calls an address and reads its JSON. Rejects when nobody answers in time, which says nothing about the effect. */
export async function callJson(
  { origin, host }: Address,
  { method, path, headers = {}, body, timeoutMs }: OutgoingCall,
): Promise<Called> {
  const answer = await request(`${origin}${path}`, {
    method,
    headers: { ...headers, host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
