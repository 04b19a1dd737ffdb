import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { startUpstream } from '../upstream.ts';

export const issuer = 'urn:ecommercestack:user';

export type SigningKey = {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
};

export async function aKey(kid: string, alg = 'EdDSA'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** A token as the user service issues it, with these claims changed; undefined takes one away. */
export async function aToken(
  key: SigningKey,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: issuer, sub: 'ann', aud: 'shop', iat: now, exp: now + 600, tier: 'premium', ...claims };
  const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(payload)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}

/** A user service that publishes keys, and counts how often it was asked. */
export async function startIssuer(initial: readonly JWK[]) {
  const state = { keys: [...initial], asked: 0, status: 200 };
  const origin = await startUpstream((request, response) => {
    if (request.url !== '/.well-known/jwks.json') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.headers));
      return;
    }
    state.asked += 1;
    response.statusCode = state.status;
    response.end(JSON.stringify({ keys: state.keys }));
  });
  return { origin, state };
}
