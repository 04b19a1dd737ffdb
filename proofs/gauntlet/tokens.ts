import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { tokenIssuer } from '../../packages/contracts/src/identity.ts';
import type { Random } from '../random.ts';

export type Signer = {
  readonly kid: string;
  readonly alg: string;
  readonly key: CryptoKey;
  readonly jwk: JWK;
};

/** A token, and what is wrong with it; nothing for a good one. */
export type Drawn = { readonly token: string; readonly wrong?: string };

export async function createSigner(kid: string, alg: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** A token as the user service issues it, of a drawn subject. */
export async function drawGood(random: Random, signer: Signer): Promise<Drawn> {
  return { token: await sign(signer, { sub: `user-${random.integer(1, 1_000_000)}` }) };
}

type Forgery = (random: Random, signer: Signer, stranger: Signer) => Promise<string> | string;

const seconds = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Ways to be wrong, each drawn anew in its details. */
export const forgeries: Readonly<Record<string, Forgery>> = {
  'no algorithm': (random, { kid }) =>
    `${encode({ alg: random.pick(['none', 'None', 'NONE', 'nOnE', '', null]), kid })}.${encode(claims({}))}.${random.pick(['', 'AA'])}`,
  'the public key as a secret': async (random, { kid, jwk }) => {
    const alg = random.pick(['HS256', 'HS384', 'HS512']);
    const secret = random.pick([
      Buffer.from(jwk.x ?? '', 'base64url'),
      Buffer.from(JSON.stringify(jwk)),
      Buffer.alloc(64),
    ]);
    return new SignJWT(claims({}))
      .setProtectedHeader({ alg, kid })
      .sign(Buffer.concat([secret, Buffer.alloc(64)]));
  },
  'another key under a known id': (_, { kid }, stranger) => sign({ ...stranger, kid }, {}),
  'its own key along with it': (random, { kid }, stranger) => {
    const brought = random.pick([
      { jwk: stranger.jwk },
      { jku: 'http://127.0.0.1:1/' },
      { x5u: 'file:///dev/null' },
      { x5c: ['AAAA'] },
    ]);
    return sign({ ...stranger, kid }, {}, brought);
  },
  'an id that leads elsewhere': (random, signer) => {
    const kid = random.pick([
      '../../../dev/null',
      "' OR 1=1 --",
      '__proto__',
      'constructor',
      '',
      '\0',
      'http://127.0.0.1/',
    ]);
    return sign({ ...signer, kid }, {});
  },
  'a bit turned': async (random, signer) => {
    const [head = '', body = '', signature = ''] = (await sign(signer, {})).split('.');
    const parts = [head, body, signature].map((part) => Buffer.from(part, 'base64url'));
    const part = random.pick(parts);
    const at = random.integer(0, part.length - 1);
    part[at] = (part[at] ?? 0) ^ (1 << random.integer(0, 7));
    return parts.map((bytes) => bytes.toString('base64url')).join('.');
  },
  'claims exchanged': async (_, signer) => {
    const [head, , signature] = (await sign(signer, {})).split('.');
    return `${head}.${encode(claims({ sub: 'root', roles: ['admin'] }))}.${signature}`;
  },
  'a signature cut short': async (random, signer) => {
    const token = await sign(signer, {});
    return token.slice(0, token.length - random.integer(1, 86));
  },
  'its time is over': (random, signer) => sign(signer, { exp: seconds() - random.integer(6, 1_000_000) }),
  'no end': (random, signer) => sign(signer, { exp: random.pick([undefined, null, '9999999999', {}]) }),
  'not yet': (random, signer) => sign(signer, { nbf: seconds() + random.integer(60, 1_000_000) }),
  'another issuer': (random, signer) =>
    sign(signer, { iss: random.pick([undefined, '', 'urn:evil', `${tokenIssuer}.evil`, [tokenIssuer]]) }),
  'another audience': (random, signer) =>
    sign(signer, { aud: random.pick([undefined, '', 'admin', ['admin'], {}, 'shop2']) }),
  'no subject': (random, signer) =>
    sign(signer, { sub: random.pick([undefined, '', 'a\r\nx-user-roles: admin', 7, ['root']]) }),
  'another token inside': (_, signer) => sign(signer, {}, { cty: 'JWT' }),
  'too many parts': async (random, signer) =>
    `${await sign(signer, {})}${'.AAAA'.repeat(random.integer(1, 4))}`,
};

function claims(changed: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const all = { iss: tokenIssuer, sub: 'ann', aud: 'shop', iat: seconds(), exp: seconds() + 600, ...changed };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

async function sign(
  { kid, alg, key }: Signer,
  changed: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT(claims(changed)).setProtectedHeader({ alg, kid, ...header }).sign(key);
}
