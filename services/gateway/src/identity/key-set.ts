import type { Clock, Log } from '@ecommercestack/service-kit';
import { type CryptoKey, importJWK, type JWK } from 'jose';
import { request } from 'undici';
import { z } from 'zod';

/** A public key with the one algorithm that it verifies. */
type VerificationKey = { readonly algorithm: string; readonly key: CryptoKey | Uint8Array };

export type KeySet = {
  /** The key of that id; asks the issuer again when it is unknown. Rejects when the issuer cannot be asked. */
  readonly find: (id: string) => VerificationKey | undefined | Promise<VerificationKey | undefined>;
  /** Whether the issuer still publishes it. */
  readonly has: (id: string) => boolean;
  readonly close: () => void;
};

export type KeySource = { readonly url: string; readonly host?: string | undefined };

const refreshMs = 300_000;
// An unknown key id is a client's to write: it must not make a request of ours each time.
const cooldownMs = 10_000;
const patienceMs = 3000;
const mostBytes = 262_144;

// Secret and private keys have no place in a published set, and RSA is left to benchmarks.
const accepted: readonly { readonly kty: string; readonly crv: string; readonly algorithm: string }[] = [
  { kty: 'OKP', crv: 'Ed25519', algorithm: 'EdDSA' },
  { kty: 'EC', crv: 'P-256', algorithm: 'ES256' },
];

const published = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })).max(64),
});

/** The keys that an issuer publishes (JWKS), fetched when first needed and followed through rotations. */
export function createKeySet(source: KeySource, { clock, log }: { clock: Clock; log: Log }): KeySet {
  let keys = new Map<string, VerificationKey>();
  let [askedAt, failed] = [Number.NEGATIVE_INFINITY, false];
  let asking: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    asking ??= fetchKeys(source)
      .then(
        (found) => {
          keys = found;
          failed = false;
        },
        (error: unknown) => {
          failed = true;
          log.warn({ url: source.url, error: String(error) }, 'the keys of the issuer cannot be read');
        },
      )
      .finally(() => {
        askedAt = clock.now();
        asking = undefined;
      });
    return asking;
  };
  const timer = setInterval(() => {
    // Nobody has asked yet: there is nothing to follow.
    if (askedAt > Number.NEGATIVE_INFINITY) void refresh();
  }, refreshMs);
  timer.unref();
  return {
    find: (id) => {
      const known = keys.get(id);
      if (known !== undefined) return known;
      const isFresh = clock.now() - askedAt < (failed ? 1000 : cooldownMs);
      if (isFresh && asking === undefined) {
        if (failed) throw new IssuerAway();
        return undefined;
      }
      return refresh().then(() => {
        if (failed) throw new IssuerAway();
        return keys.get(id);
      });
    },
    has: (id) => keys.has(id),
    close: () => clearInterval(timer),
  };
}

/** The keys of the issuer are not to be had, so no token can be judged. */
export class IssuerAway extends Error {
  constructor() {
    super('the issuer of tokens does not answer');
  }
}

async function fetchKeys({ url, host }: KeySource): Promise<Map<string, VerificationKey>> {
  const { statusCode, body } = await request(url, {
    headers: { accept: 'application/json', ...(host === undefined ? {} : { host }) },
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
    signal: AbortSignal.timeout(patienceMs),
  });
  // An issuer that publishes no keys vouches for nobody; one that fails is asked again.
  if (statusCode === 404) {
    await body.dump();
    return new Map();
  }
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`it answered ${statusCode}`);
  }
  let [text, size] = ['', 0];
  for await (const chunk of body) {
    size += Buffer.byteLength(chunk);
    if (size > mostBytes) throw new Error('its keys are too long');
    text += String(chunk);
  }
  return toKeys(published.parse(JSON.parse(text)).keys);
}

async function toKeys(listed: readonly JWK[]): Promise<Map<string, VerificationKey>> {
  const keys = new Map<string, VerificationKey>();
  for (const jwk of listed) {
    const form = accepted.find(({ kty, crv }) => jwk.kty === kty && jwk.crv === crv);
    const isForSignatures = jwk.use === undefined || jwk.use === 'sig';
    const isOfForm =
      jwk.alg === undefined ||
      jwk.alg === form?.algorithm ||
      (jwk.alg === 'Ed25519' && form?.algorithm === 'EdDSA');
    if (form === undefined || jwk.kid === undefined || 'd' in jwk || !isForSignatures || !isOfForm) continue;
    keys.set(jwk.kid, { algorithm: form.algorithm, key: await importJWK(jwk, form.algorithm) });
  }
  return keys;
}
