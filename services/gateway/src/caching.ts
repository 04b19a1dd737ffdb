import type { AnswerHead } from './answer/sink.ts';
import { openAnswer } from './answering.ts';
import type { Cache, CacheRequest, Kept } from './cache/cache.ts';
import type { Flight } from './cache/flights.ts';
import { discarding, recording } from './cache/recording.ts';
import type { Caller } from './domain/caller.ts';
import { forwardVisit } from './forwarding.ts';
import type { Visit } from './visit.ts';

// Headers that make a request one of a kind, which a shared cache has nothing to say to.
const own = ['authorization', 'cookie', 'range', 'if-match', 'if-unmodified-since', 'if-range', 'x-api-key'];

/** Answers a GET from the cache where it can, and otherwise sends one request for all who ask the same at once. */
export function serveVisit(visit: Visit, caller: Caller): void {
  const { gateway, request, way, target } = visit;
  const cache = gateway.cache();
  if (cache === undefined || !isShared(visit, caller)) {
    if (cache !== undefined && !['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? ''))
      forwardUnsafe(visit, caller, cache);
    else forwardVisit(visit, caller);
    return;
  }
  const asked: CacheRequest = {
    service: way.service,
    url: `${way.path}${target.query}`,
    headers: headersOf(visit),
  };
  look(visit, caller, cache, asked, true);
}

function look(visit: Visit, caller: Caller, cache: Cache, asked: CacheRequest, mayWait: boolean): void {
  const found = cache.find(asked);
  if (found.kind === 'fresh') {
    send(visit, found.kept);
    return;
  }
  const { flights } = visit.gateway;
  const key = `${asked.service} ${asked.url}`;
  const underWay = mayWait ? flights.underWay(key) : undefined;
  if (underWay !== undefined) {
    underWay
      .then(() => look(visit, caller, cache, asked, false))
      .catch((error: unknown) => {
        visit.gateway.log.error({ error: String(error) }, 'the cache failed');
        visit.response.destroy();
      });
    return;
  }
  const flight = flights.depart(key);
  // Whatever becomes of it, nobody waits for a flight whose passenger has left.
  visit.response.once('close', () => flight?.land(true));
  const conditions = found.kind === 'stale' ? found.conditions : {};
  forwardVisit(visit, caller, {
    conditions,
    onFailure: () => flight?.land(true),
    open: (head) => {
      if (found.kind === 'stale' && head.status === 304)
        return discarding(
          () => {
            const kept = cache.refresh(asked, found.entry, head, ttlOf(visit));
            flight?.land(true);
            send(visit, kept);
          },
          () => visit.response.destroy(),
        );
      return fill(visit, cache, asked, head, flight);
    },
  });
}

function fill(visit: Visit, cache: Cache, asked: CacheRequest, head: AnswerHead, flight: Flight | undefined) {
  const sink = openAnswer(visit, head);
  if (head.status !== 200 || !cache.mayKeep(asked, head)) {
    flight?.land(false);
    return sink;
  }
  return recording(sink, head, (whole, body) => {
    cache.keep(asked, whole, body, ttlOf(visit));
    flight?.land(true);
  });
}

// RFC 9111 §4.4: what was changed is not what is kept.
function forwardUnsafe(visit: Visit, caller: Caller, cache: Cache): void {
  forwardVisit(visit, caller, {
    open: (head) => {
      if (head.status < 400) cache.purge(visit.way.service);
      return openAnswer(visit, head);
    },
  });
}

function send(visit: Visit, { head, body }: Kept): void {
  const { request, response } = visit;
  if (response.destroyed) return;
  const etag = head.headers.find(([name]) => name === 'etag')?.[1];
  if (etag !== undefined && namesTag(request.headers['if-none-match'], etag)) {
    const kept = head.headers.filter(
      ([name]) => !['content-length', 'content-type', 'content-encoding'].includes(name),
    );
    openAnswer(visit, { status: 304, headers: kept }).end();
    return;
  }
  const length = ['content-length', String(body.length)] as const;
  const headers = [...head.headers.filter(([name]) => name !== 'content-length'), length];
  const sink = openAnswer(visit, { ...head, headers });
  if (request.method !== 'HEAD') sink.write(body);
  sink.end();
}

function isShared({ prepared, request, target, way }: Visit, caller: Caller): boolean {
  const isRead = request.method === 'GET';
  const isPlain = own.every((name) => request.headers[name] === undefined);
  return (
    prepared.policy.cache.enabled &&
    isRead &&
    isPlain &&
    caller.kind === 'anonymous' &&
    !target.query.includes('..') &&
    way.route?.request.set['authorization'] === undefined
  );
}

function headersOf({ request }: Visit): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );
}

function namesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag));
}

function ttlOf({ prepared }: Visit): number {
  return prepared.policy.cache.ttl;
}
