import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type CommonRefusal, exchangeOf, type Refusal, refuse } from '@ecommercestack/service-kit';
import { judgeForm } from './domain/form.ts';
import { admitsCountry } from './domain/geography.ts';
import type { Gateway } from './gateway.ts';
import { type Client, clientAddress } from './headers.ts';
import { parseTarget } from './path.ts';
import type { Policy } from './policy/policy.ts';
import { decideRoute } from './routing.ts';
import type { Visit } from './visit.ts';

export type Entrance =
  | { readonly visit: Visit }
  | { readonly refusal: Refusal<CommonRefusal>; readonly allow?: string };

/** Everything that can be said about a request without waiting: its form, where it comes from, where it goes, its size. */
export function enter(gateway: Gateway, request: IncomingMessage, response: ServerResponse): Entrance {
  const prepared = gateway.prepared();
  const { policy } = prepared;
  const { url = '', headers, rawHeaders, httpVersion } = request;
  const limits = { ...policy.requests, maxBody: Number.MAX_SAFE_INTEGER };
  const malformed = judgeForm({ target: url, httpVersion, rawHeaders }, limits);
  if (malformed !== undefined) return { refusal: malformed };
  const target = parseTarget(url);
  if (target === undefined) return { refusal: refuse('malformed-path') };
  const client = clientOf(request, policy.trustedProxyHops);
  if (policy.isDenied(client.address)) return { refusal: refuse('forbidden', 'this address is denied') };
  const country = countryOf(gateway, policy, client, headers);
  if (policy.geo !== undefined && !admitsCountry(policy.geo, country))
    return { refusal: refuse('forbidden', 'requests from this country are denied') };
  // A preflight asks about the method that will follow.
  const preflight = policy.cors === undefined ? undefined : headers['access-control-request-method'];
  const method = request.method === 'OPTIONS' && preflight !== undefined ? preflight : (request.method ?? '');
  const way = decideRoute(method, target.path, headers, policy.routes);
  if (way.kind === 'refuse')
    return { refusal: way.refusal, ...(way.allow === undefined ? {} : { allow: way.allow }) };
  const exchange = exchangeOf(request);
  if (exchange !== undefined) exchange.route = way.route?.name ?? way.service;
  const maxBody = way.route?.maxBody ?? policy.requests.maxBody;
  if (Number(headers['content-length'] ?? 0) > maxBody)
    return { refusal: refuse('body-too-large', `at most ${maxBody} bytes`) };
  return { visit: { gateway, prepared, request, response, target, client, country, way } };
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

// The header is the edge's to set: without a trusted proxy in front it is the client's own word.
function countryOf(
  { countries }: Gateway,
  { geo, trustedProxyHops }: Policy,
  { address }: Client,
  headers: IncomingHttpHeaders,
): string | undefined {
  if (geo === undefined) return undefined;
  if (countries !== undefined) return countries.of(address);
  const told = headers[geo.header];
  return trustedProxyHops > 0 && typeof told === 'string' && /^[A-Za-z]{2}$/.test(told)
    ? told.toUpperCase()
    : undefined;
}
