import { hash } from 'node:crypto';
import type { Clock } from '@ecommercestack/service-kit';
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import { IssuerAway, type KeySet } from './key-set.ts';

/** What a token has to say beyond its signature. */
export type TokenRules = {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly revokedTokens: ReadonlySet<string>;
  /** Subject → seconds since the epoch before which its tokens were issued that are good no more. */
  readonly revokedSubjects: ReadonlyMap<string, number>;
};

export type Verdict =
  | { readonly kind: 'known'; readonly caller: Caller }
  | { readonly kind: 'refused' | 'unavailable'; readonly why: string };

export type Tokens = { readonly verify: (token: string, rules: TokenRules) => Verdict | Promise<Verdict> };

// Claims that we issue, and no more: what else a token says is nobody's.
const claims = z.object({
  sub: z.string().min(1).max(256),
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  jti: z.string().max(256).optional(),
  scope: z.string().max(4096).default(''),
  roles: z.array(z.string().min(1).max(64)).max(32).default([]),
  tier: z.string().min(1).max(64).optional(),
});

type Claims = z.output<typeof claims>;
type Verified = {
  readonly claims: Claims;
  readonly keyId: string;
  readonly caller: Caller;
  readonly rules: string;
};

const skewS = 5;
const longest = 8192;
const mostVerified = 20_000;
const plainName = /^[\x21-\x7e]+$/;

/**
 * Verifies access tokens by RFC 8725: the key decides the algorithm, the token only names a key of the issuer's set, and
 * what it brings along is passed over. A signature is verified once; expiry, revocation and the key's being published
 * are looked at each time.
 */
export function createTokens(keys: KeySet, clock: Clock): Tokens {
  const verified = new LRUCache<string, Verified>({ max: mostVerified });
  return {
    verify: (token, rules) => {
      if (token.length > longest) return refused('the token is too long');
      const digest = hash('sha256', token, 'base64');
      const expected = `${rules.issuer}\n${rules.audiences.join('\n')}`;
      const known = verified.get(digest);
      if (known !== undefined && known.rules === expected && keys.has(known.keyId))
        return judge(known, rules, clock.now() / 1000);
      return verify(keys, token, rules).then((result) => {
        if ('kind' in result) return result;
        const entry = { ...result, rules: expected };
        verified.set(digest, entry);
        return judge(entry, rules, clock.now() / 1000);
      });
    },
  };
}

async function verify(
  keys: KeySet,
  token: string,
  rules: TokenRules,
): Promise<Omit<Verified, 'rules'> | Verdict> {
  try {
    const { kid, alg, cty } = decodeProtectedHeader(token);
    if (typeof kid !== 'string') return refused('the token names no key');
    if (cty !== undefined) return refused('the token holds another one');
    const key = await keys.find(kid);
    if (key === undefined) return refused('the key of the token is not known');
    if (alg !== key.algorithm) return refused('the key of the token is for another algorithm');
    const { payload } = await jwtVerify(token, key.key, {
      algorithms: [key.algorithm],
      issuer: rules.issuer,
      audience: [...rules.audiences],
      requiredClaims: ['sub', 'exp'],
      clockTolerance: skewS,
    });
    const read = claims.safeParse(payload);
    if (!read.success || !plainName.test(read.data.sub))
      return refused('the claims of the token are not in order');
    return { claims: read.data, keyId: kid, caller: toCaller(read.data) };
  } catch (error) {
    if (error instanceof IssuerAway) return { kind: 'unavailable', why: error.message };
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      return refused('the token is not good');
    throw error;
  }
}

function judge(
  { claims: { exp, nbf, iat, jti, sub }, caller }: Verified,
  rules: TokenRules,
  now: number,
): Verdict {
  if (now >= exp + skewS) return refused('the token has expired');
  if (nbf !== undefined && now < nbf - skewS) return refused('the token is not good yet');
  if (jti !== undefined && rules.revokedTokens.has(jti)) return refused('the token was revoked');
  const before = rules.revokedSubjects.get(sub);
  if (before !== undefined && (iat ?? 0) < before) return refused('the tokens of this subject were revoked');
  return { kind: 'known', caller };
}

// Names go into headers of ours: what could end one or pass for two does not come through.
function toCaller({ sub, roles, scope, tier }: Claims): Caller {
  const plain = (names: readonly string[]) =>
    names.filter((name) => plainName.test(name) && !name.includes(','));
  return {
    kind: 'subject',
    id: sub,
    roles: plain(roles),
    scopes: plain(scope.split(' ')),
    tier: tier !== undefined && plainName.test(tier) ? tier : undefined,
  };
}

function refused(why: string): Verdict {
  return { kind: 'refused', why };
}
