import { createHmac, generateKeyPairSync } from 'node:crypto';
import { base64url, exportJWK, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createKeySet } from '../../src/identity/key-set.ts';
import { createTokens, type TokenRules } from '../../src/identity/tokens.ts';
import { aKey, aToken, issuer, type SigningKey, startIssuer } from './issuer.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const rules: TokenRules = {
  issuer,
  audiences: ['shop'],
  revokedTokens: new Set(['revoked-1']),
  revokedSubjects: new Map([['eve', 4_000_000_000]]),
};

let key: SigningKey;
let curveKey: SigningKey;
beforeAll(async () => {
  key = await aKey('one');
  curveKey = await aKey('two', 'ES256');
});

async function aVerifier() {
  const { origin, state } = await startIssuer([key.jwk, curveKey.jwk]);
  const clock = { time: Date.now(), now: () => clock.time };
  const keys = createKeySet({ url: `${origin}/.well-known/jwks.json` }, { clock, log });
  onTestFinished(() => keys.close());
  const tokens = createTokens(keys, clock);
  const kindOf = async (token: string, under = rules) => (await tokens.verify(token, under)).kind;
  return { tokens, kindOf, clock, state };
}

const encode = (value: object) => base64url.encode(JSON.stringify(value));
const now = () => Math.floor(Date.now() / 1000);
const plainClaims = () => ({ iss: issuer, sub: 'ann', aud: 'shop', exp: now() + 600 });

test('200 good tokens are known, by either algorithm, the second time without a signature check', async () => {
  const { tokens, state } = await aVerifier();
  for (let index = 0; index < 200; index += 1) {
    const token = await aToken(index % 2 === 0 ? key : curveKey, {
      sub: `user-${index}`,
      aud: index % 3 === 0 ? ['other', 'shop'] : 'shop',
      roles: ['customer'],
      scope: 'orders:read orders:write',
    });
    const wanted = {
      kind: 'known',
      caller: {
        kind: 'subject',
        id: `user-${index}`,
        roles: ['customer'],
        scopes: ['orders:read', 'orders:write'],
        tier: 'premium',
      },
    };
    expect(await tokens.verify(token, rules)).toEqual(wanted);
    // Without a promise: it was at hand.
    expect(tokens.verify(token, rules)).toEqual(wanted);
  }
  expect(state.asked).toBe(1);
});

describe('forged tokens', () => {
  const forgeries: Record<string, () => Promise<string> | string> = {
    'alg none': () => `${encode({ alg: 'none', kid: 'one' })}.${encode(plainClaims())}.`,
    'alg None': () => `${encode({ alg: 'None', kid: 'one' })}.${encode(plainClaims())}.`,
    'no signature': async () => `${(await aToken(key)).split('.').slice(0, 2).join('.')}.`,
    'the public key as an HMAC secret': () => {
      const head = `${encode({ alg: 'HS256', kid: 'one' })}.${encode(plainClaims())}`;
      return `${head}.${createHmac('sha256', key.jwk.x ?? '')
        .update(head)
        .digest('base64url')}`;
    },
    'another algorithm for the key': async () => aToken({ ...curveKey, kid: 'one' }),
    'a key of its own in the header': async () => {
      const own = await aKey('one');
      return aToken(own, {}, { jwk: own.jwk });
    },
    'a key set of its own in the header': async () =>
      aToken(await aKey('one'), {}, { jku: 'http://127.0.0.1:1/keys' }),
    'a certificate of its own': async () =>
      aToken(await aKey('one'), {}, { x5u: 'http://127.0.0.1:1/', x5c: ['AAAA'] }),
    'an unknown key': async () => aToken(await aKey('three')),
    'a key id that is a path': async () => aToken(await aKey('../../dev/null')),
    'a key id that is SQL': async () => aToken(await aKey("one' OR '1'='1")),
    'a key id of the prototype': async () => aToken(await aKey('__proto__')),
    'no key id': async () => aToken({ ...key, kid: '' }),
    'a key id that is a list': async () => aToken(key, {}, { kid: ['one'] }),
    'critical extensions': async () => {
      const head = `${encode({ alg: 'EdDSA', kid: 'one', crit: ['exp'], exp: 1 })}.${encode(plainClaims())}`;
      return `${head}.${base64url.encode(new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, Buffer.from(head))))}`;
    },
    'a nested token': async () => aToken(key, {}, { cty: 'JWT' }),
    'five parts': async () => `${await aToken(key)}.a.b`,
    'an earlier end': async () => aToken(key, { exp: now() - 60 }),
    'no end': async () => aToken(key, { exp: undefined }),
    'an end that is text': async () => aToken(key, { exp: '9999999999' }),
    'a later beginning': async () => aToken(key, { nbf: now() + 600 }),
    'another issuer': async () => aToken(key, { iss: 'urn:evil' }),
    'an issuer that begins alike': async () => aToken(key, { iss: `${issuer}.evil` }),
    'no issuer': async () => aToken(key, { iss: undefined }),
    'another audience': async () => aToken(key, { aud: 'admin' }),
    'no audience': async () => aToken(key, { aud: undefined }),
    'no subject': async () => aToken(key, { sub: undefined }),
    'an empty subject': async () => aToken(key, { sub: '' }),
    'a subject that breaks a header': async () => aToken(key, { sub: 'ann\r\nx-user-roles: admin' }),
    'roles that are no list': async () => aToken(key, { roles: 'admin' }),
    'a revoked token': async () => aToken(key, { jti: 'revoked-1' }),
    'a revoked subject': async () => aToken(key, { sub: 'eve' }),
    'too long': async () => aToken(key, { padding: 'x'.repeat(9000) }),
    'no token at all': () => 'hello',
    dots: () => '..',
    'an RSA key': async () => {
      const { privateKey } = await generateKeyPair('RS256');
      return aToken({ ...key, alg: 'RS256', privateKey });
    },
  };

  test.each(Object.keys(forgeries))('%s', async (name) => {
    const { kindOf } = await aVerifier();
    expect(await kindOf((await forgeries[name]?.()) ?? '')).toBe('refused');
  });

  test('1,000 good ones with a part changed: none is accepted', async () => {
    const { kindOf } = await aVerifier();
    const token = await aToken(key);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    let accepted = 0;
    for (let index = 0; index < 1000; index += 1) {
      const at = (index * 7919) % token.length;
      const other = alphabet[(alphabet.indexOf(token[at] ?? '') + 1 + (index % 61)) % 64] ?? 'A';
      const forged =
        token[at] === '.'
          ? `${token.slice(0, at)}${token.slice(at + 1)}`
          : `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      // The last character of a signature has bits that say nothing: such a token is the same one.
      if (
        Buffer.from(forged.split('.')[2] ?? '', 'base64url').equals(
          Buffer.from(token.split('.')[2] ?? '', 'base64url'),
        ) &&
        forged.split('.').slice(0, 2).join() === token.split('.').slice(0, 2).join()
      )
        continue;
      if ((await kindOf(forged)) !== 'refused') accepted += 1;
    }
    expect(accepted).toBe(0);
  });
});

describe('a token that was verified before', () => {
  test('ends when it says, and by its revocation, and with its key', async () => {
    const { kindOf, clock, state } = await aVerifier();
    const token = await aToken(key, { jti: 'mine' });
    expect(await kindOf(token)).toBe('known');
    expect(await kindOf(token, { ...rules, revokedTokens: new Set(['mine']) })).toBe('refused');
    expect(await kindOf(token, { ...rules, revokedSubjects: new Map([['ann', now() + 1]]) })).toBe('refused');
    expect(await kindOf(token, { ...rules, audiences: ['admin'] })).toBe('refused');
    expect(await kindOf(token)).toBe('known');
    clock.time += 606_000;
    expect(await kindOf(token)).toBe('refused');
    expect(state.asked).toBe(1);
  });

  test('keys rotate: a new one is fetched when a token names it, one that is gone is good no more', async () => {
    const { kindOf, clock, state } = await aVerifier();
    const old = await aToken(key);
    expect(await kindOf(old)).toBe('known');
    const next = await aKey('next');
    state.keys = [next.jwk];
    expect(await kindOf(await aToken(next))).toBe('refused');
    clock.time += 10_000;
    expect(await kindOf(await aToken(next))).toBe('known');
    expect(await kindOf(old)).toBe('refused');
    expect(state.asked).toBe(2);
  });

  test('unknown keys do not make the issuer be asked for each token', async () => {
    const { kindOf, state } = await aVerifier();
    for (let index = 0; index < 50; index += 1)
      expect(await kindOf(await aToken({ ...key, kid: `k${index}` }))).toBe('refused');
    expect(state.asked).toBe(1);
  });
});

test('while the issuer fails, no token is judged; one that publishes nothing vouches for nobody', async () => {
  const { kindOf, clock, state } = await aVerifier();
  state.status = 500;
  expect(await kindOf(await aToken(key))).toBe('unavailable');
  state.status = 404;
  clock.time += 1000;
  expect(await kindOf(await aToken(key))).toBe('refused');
  state.status = 200;
  clock.time += 10_000;
  expect(await kindOf(await aToken(key))).toBe('known');
});

test('keys that are secret, private, for encryption or of another kind are not taken', async () => {
  const { kindOf, state } = await aVerifier();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  state.keys = [
    { ...key.jwk, use: 'enc' },
    { ...curveKey.jwk, d: 'AAAA' },
    { kty: 'oct', k: 'AAAA', kid: 'secret', alg: 'HS256' },
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256' },
  ];
  expect(await kindOf(await aToken(key))).toBe('refused');
  expect(await kindOf(await aToken(curveKey))).toBe('refused');
});
