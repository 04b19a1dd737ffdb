import type { Clock } from '@ecommercestack/service-kit';
import CachePolicy from 'http-cache-semantics';
import { LRUCache } from 'lru-cache';
import type { AnswerHead } from '../answer/sink.ts';

/** A GET as a cache sees it. */
export type CacheRequest = {
  readonly service: string;
  readonly url: string;
  readonly headers: Record<string, string>;
};

export type Kept = { readonly head: AnswerHead; readonly body: Buffer };

/** What the cache knows about a request. */
type Found =
  | { readonly kind: 'fresh'; readonly kept: Kept }
  | { readonly kind: 'stale'; readonly entry: Entry; readonly conditions: Record<string, string> }
  | { readonly kind: 'missing' };

type Entry = {
  policy: CachePolicy;
  readonly body: Buffer;
  statusText?: string | undefined;
  until: number;
  validUntil: number;
};

export type Cache = {
  readonly find: (request: CacheRequest) => Found;
  /** Whether an answer with this head may be kept. */
  readonly mayKeep: (request: CacheRequest, head: AnswerHead) => boolean;
  readonly keep: (request: CacheRequest, head: AnswerHead, body: Buffer, ttlMs: number) => Kept;
  /** The service says that what is kept is still good. */
  readonly refresh: (request: CacheRequest, entry: Entry, head: AnswerHead, ttlMs: number) => Kept;
  /** Drops what is kept of a service, or of one path of it and all its queries. */
  readonly purge: (service: string, path?: string) => void;
  readonly size: () => number;
};

// A stale answer that can be asked about is worth keeping for a while; what Vary names multiplies.
const staleMs = 300_000;
const mostVariants = 8;
const overhead = 1024;

/** Answers of the services, shared by all callers, as RFC 9111 allows: only where the service says for how long. */
export function createCache(clock: Clock, maxBytes: number): Cache {
  const entries = new LRUCache<string, Entry[]>({
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: (variants) => variants.reduce((sum, { body }) => sum + body.length + overhead, 0),
  });
  const keyOf = ({ service, url }: CacheRequest) => `${service} ${url}`;
  const put = (request: CacheRequest, entry: Entry): Kept => {
    const others = (entries.get(keyOf(request)) ?? []).filter(
      ({ policy, until }) => until > clock.now() && !policy.satisfiesWithoutRevalidation(toRequest(request)),
    );
    entries.set(keyOf(request), [entry, ...others].slice(0, mostVariants));
    return toKept(entry);
  };
  return {
    find: (request) => find(entries.get(keyOf(request)) ?? [], request, clock.now()),
    mayKeep: (request, head) =>
      isKeepable(head) && toPolicy(request, head).storable() && toPolicy(request, head).timeToLive() > 0,
    keep: (request, head, body, ttlMs) => {
      const policy = toPolicy(request, head);
      const { statusText } = head;
      return put(request, { policy, body, statusText, ...untilOf(policy, clock.now(), ttlMs) });
    },
    refresh: (request, entry, head, ttlMs) => {
      const { policy } = entry.policy.revalidatedPolicy(toRequest(request), toResponse(head));
      return put(request, { ...entry, policy, ...untilOf(policy, clock.now(), ttlMs) });
    },
    purge: (service, path) => {
      for (const key of entries.keys()) {
        const isOfPath =
          path === undefined || key === `${service} ${path}` || key.startsWith(`${service} ${path}?`);
        if (key.startsWith(`${service} `) && isOfPath) entries.delete(key);
      }
    },
    size: () => entries.calculatedSize,
  };
}

function find(variants: readonly Entry[], request: CacheRequest, now: number): Found {
  const asked = toRequest(request);
  const live = variants.filter(({ until }) => until > now);
  const fresh = live.find(
    ({ policy, validUntil }) => validUntil > now && policy.satisfiesWithoutRevalidation(asked),
  );
  if (fresh !== undefined) return { kind: 'fresh', kept: toKept(fresh) };
  for (const entry of live) {
    const conditions = flatten(entry.policy.revalidationHeaders(asked));
    const added = Object.entries(conditions).filter(
      ([name]) =>
        ['if-none-match', 'if-modified-since'].includes(name) && request.headers[name] === undefined,
    );
    if (added.length > 0) return { kind: 'stale', entry, conditions: Object.fromEntries(added) };
  }
  return { kind: 'missing' };
}

// Cookies are between a service and one client, whatever else the answer says.
function isKeepable({ headers }: AnswerHead): boolean {
  return !headers.some(([name]) => name.toLowerCase() === 'set-cookie');
}

function untilOf(policy: CachePolicy, now: number, ttlMs: number): Pick<Entry, 'until' | 'validUntil'> {
  const validUntil = now + Math.min(ttlMs, policy.timeToLive());
  return { validUntil, until: validUntil + staleMs };
}

function toKept({ policy, body, statusText }: Entry): Kept {
  // The policy was made from a response of ours, whose status it keeps.
  const status = Number(policy.toObject().st);
  return { head: { status, statusText, headers: Object.entries(flatten(policy.responseHeaders())) }, body };
}

function toPolicy(request: CacheRequest, head: AnswerHead): CachePolicy {
  return new CachePolicy(toRequest(request), toResponse(head), { shared: true, cacheHeuristic: 0 });
}

function toRequest({ url, headers }: CacheRequest): CachePolicy.Request {
  return { method: 'GET', url, headers };
}

function toResponse({ status, headers }: AnswerHead): CachePolicy.Response {
  const joined: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    joined[key] = joined[key] === undefined ? value : `${joined[key]}, ${value}`;
  }
  return { status, headers: joined };
}

function flatten(headers: CachePolicy.Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );
}
