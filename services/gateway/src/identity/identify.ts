import type { IncomingHttpHeaders } from 'node:http';
import { anonymous, type Caller } from '../domain/caller.ts';
import type { ApiKeys } from './api-keys.ts';
import type { TokenRules, Tokens, Verdict } from './tokens.ts';

export type Identity = { readonly tokens: Tokens; readonly rules: TokenRules; readonly apiKeys: ApiKeys };

const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Who sent these headers. Credentials that are not good are refused, never passed over; two of them at once are, too,
 * because two readers could believe different ones.
 */
export function identify(
  identity: Identity,
  headers: IncomingHttpHeaders,
  address: string,
  now: number,
): Verdict | Promise<Verdict> {
  const { authorization } = headers;
  const key = headers['x-api-key'];
  const isBearer = authorization !== undefined && /^bearer\b/i.test(authorization);
  if (key !== undefined) {
    if (isBearer) return { kind: 'refused', why: 'either a token or an API key, not both' };
    const found = typeof key === 'string' ? identity.apiKeys.find(key, now) : undefined;
    return found === undefined ? { kind: 'refused', why: 'the API key is not good' } : known(found);
  }
  if (!isBearer) return known(anonymous(address));
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined) return { kind: 'refused', why: 'the token is not in its form' };
  return identity.tokens.verify(token, identity.rules);
}

/** The headers in which the services behind are told who calls. */
export function identityHeadersOf({ kind, id, roles, scopes, tier }: Caller): Record<string, string> {
  if (kind === 'anonymous') return {};
  return {
    'x-user-id': kind === 'key' ? `key:${id}` : id,
    ...(roles.length === 0 ? {} : { 'x-user-roles': roles.join(',') }),
    ...(scopes.length === 0 ? {} : { 'x-user-scopes': scopes.join(' ') }),
    ...(tier === undefined ? {} : { 'x-user-tier': tier }),
  };
}

function known(caller: Caller): Verdict {
  return { kind: 'known', caller };
}
