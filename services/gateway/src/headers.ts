import { identityHeaders } from '@ecommercestack/contracts/identity';

// RFC 9110 §7.6.1 and the older names that proxies still meet.
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

// The gateway says these itself, or nobody does.
const setByUs: ReadonlySet<string> = new Set([
  ...identityHeaders,
  'expect',
  'forwarded',
  'host',
  'traceparent',
  'x-real-ip',
  'x-request-id',
]);

const forgeable = [
  'x-auth-',
  'x-client-',
  'x-envoy-',
  'x-forwarded-',
  'x-original-',
  'x-rewrite-',
  'x-user-',
];

export type Client = { readonly address: string; readonly scheme: string; readonly host: string };

/**
 * Headers to send upstream: the client's without hop-by-hop, identity and forwarding names in any spelling, plus
 * ours. `Connection` may take away what the client sent, never what we say.
 */
export function toUpstreamHeaders(
  rawHeaders: readonly string[],
  client: Client,
  ours: Readonly<Record<string, string>>,
  removed: readonly string[] = [],
): string[] {
  const named = connectionNames(rawHeaders);
  const kept = pairsOf(rawHeaders).filter(([name, value]) => {
    const folded = fold(name);
    const isOurs = Object.hasOwn(ours, name.toLowerCase()) || removed.includes(name.toLowerCase());
    const isOver = isOurs || isSpent(folded, value);
    return !isOver && !hopByHop.has(folded) && !named.has(folded) && !isForgeable(folded);
  });
  return [
    ...kept.flat(),
    ...[
      'x-forwarded-for',
      client.address,
      'x-forwarded-proto',
      client.scheme,
      'x-forwarded-host',
      client.host,
    ],
    ...Object.entries(ours).flat(),
  ];
}

/**
 * Headers to give the client: the service's without those that concern only the hop behind us. A Location below the
 * service's own root gets back the prefix that was stripped on the way in.
 */
export function toClientHeaders(rawHeaders: readonly string[], strippedPrefix: string): [string, string][] {
  const named = connectionNames(rawHeaders);
  return pairsOf(rawHeaders)
    .filter(([name]) => !hopByHop.has(fold(name)) && !named.has(fold(name)) && fold(name) !== 'x-request-id')
    .map(([name, value]) =>
      fold(name) === 'location' && /^\/(?!\/)/.test(value)
        ? [name, `${strippedPrefix}${value}`]
        : [name, value],
    );
}

/**
 * The address of the client. Each trusted proxy in front of us appended the address it saw, so the client's is that
 * many from the right; whatever stands further left was written by the client.
 */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | undefined,
  trustedHops: number,
): string {
  const seen = (forwardedFor ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const chain = [...seen, socketAddress];
  return chain[Math.max(0, chain.length - 1 - trustedHops)] ?? socketAddress;
}

// Some servers read `X_User_Id` and `X.User.Id` as `X-User-Id`.
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[_.]/g, '-');
}

// Credentials that were judged here go no further; others (OAuth's basic ones) are for the service they are meant for.
function isSpent(folded: string, value: string): boolean {
  return folded === 'x-api-key' || (folded === 'authorization' && /^bearer\b/i.test(value));
}

function isForgeable(folded: string): boolean {
  return setByUs.has(folded) || forgeable.some((prefix) => folded.startsWith(prefix));
}

function connectionNames(rawHeaders: readonly string[]): Set<string> {
  const values = pairsOf(rawHeaders).filter(([name]) => name.toLowerCase() === 'connection');
  return new Set(values.flatMap(([, value]) => value.split(',').map((name) => fold(name.trim()))));
}

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return pairs;
}
