import { type CommonRefusal, type Refusal, refuse } from '@ecommercestack/service-kit';
import { decideAccess } from './domain/access.ts';
import { anonymous, type Caller } from './domain/caller.ts';
import { retryAfterSeconds, toLimitHeaders } from './domain/limits/limit-headers.ts';
import { chargesOf } from './domain/limits/limit-plan.ts';
import { identify } from './identity/identify.ts';
import type { Verdict } from './identity/tokens.ts';
import type { Ruling } from './limiter/limiter.ts';
import type { Visit } from './visit.ts';

export type Admission = { readonly caller: Caller } | { readonly refusal: Refusal<CommonRefusal> };

/** Who calls, whether it is within its limits, and whether it may: without waiting where the answers are at hand. */
export function admitVisit(visit: Visit): Admission | Promise<Admission> {
  const { prepared, request, client, gateway } = visit;
  const identity = { tokens: prepared.tokens, rules: prepared.tokenRules, apiKeys: prepared.apiKeys };
  const verdict = identify(identity, request.headers, client.address, gateway.clock.now());
  return verdict instanceof Promise
    ? verdict.then((known) => afterIdentity(visit, known))
    : afterIdentity(visit, verdict);
}

function afterIdentity(visit: Visit, verdict: Verdict): Admission | Promise<Admission> {
  // Who guesses at tokens is counted like anybody else at that address.
  const caller = verdict.kind === 'known' ? verdict.caller : anonymous(visit.client.address);
  const judge = (refusal: Refusal<CommonRefusal> | undefined): Admission => {
    if (refusal !== undefined) return { refusal };
    if (verdict.kind === 'unavailable')
      return { refusal: { ...refuse('unavailable', verdict.why), retryAfterSeconds: 1 } };
    if (verdict.kind === 'refused') {
      visit.response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
      return { refusal: refuse('unauthenticated', verdict.why) };
    }
    const denied = judgeRights(visit, caller);
    return denied === undefined ? { caller } : { refusal: denied };
  };
  const limited = judgeLimits(visit, caller);
  return limited instanceof Promise ? limited.then(judge) : judge(limited);
}

type Limited = Refusal<CommonRefusal> | undefined;

// Pages and their assets are not limited: a browser asks for many at once, and a CDN keeps them.
function judgeLimits(
  { gateway, prepared, way, response }: Visit,
  caller: Caller,
): Limited | Promise<Limited> {
  const { limits } = prepared.policy;
  if (limits === undefined || way.apiPath === undefined) return undefined;
  const charges = chargesOf(limits.plan, caller, way.apiPath);
  const judge = ({ verdict, standings }: Ruling): Limited => {
    if (verdict === 'unknown')
      return { ...refuse('unavailable', 'the limits cannot be read'), retryAfterSeconds: 1 };
    const headers = toLimitHeaders(charges, standings);
    if (headers !== undefined && !response.headersSent) {
      response.setHeader('ratelimit-policy', headers.policy);
      response.setHeader('ratelimit', headers.limit);
    }
    if (verdict === 'admitted') return undefined;
    return { ...refuse('too-many-requests'), retryAfterSeconds: retryAfterSeconds(standings) };
  };
  const ruling = gateway.limiter.decide(charges, limits.sharing);
  return ruling instanceof Promise ? ruling.then(judge) : judge(ruling);
}

function judgeRights({ prepared, request, way, client, country, response }: Visit, caller: Caller): Limited {
  const { authorization } = prepared.policy;
  if (authorization === undefined) return undefined;
  const { allowed } = decideAccess(authorization.rules, caller, {
    method: request.method ?? '',
    path: way.apiPath ?? way.path,
    address: client.address,
    country,
  });
  if (allowed) return undefined;
  if (caller.kind !== 'anonymous') return refuse('forbidden');
  response.setHeader('www-authenticate', 'Bearer');
  return refuse('unauthenticated');
}
