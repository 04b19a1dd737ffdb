import { isIP } from 'node:net';
import { z } from 'zod';

export type Network = { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' };

/** A network such as 203.0.113.0/24. */
export const network = z.string().transform((text, context): Network => {
  const [address = '', length = '', ...rest] = text.split('/');
  const version = isIP(address);
  const prefix = /^[0-9]{1,3}$/.test(length) ? Number(length) : -1;
  if (version === 0 || rest.length > 0 || prefix < 0 || prefix > (version === 4 ? 32 : 128)) {
    context.addIssue('must be a network like 203.0.113.0/24');
    return z.NEVER;
  }
  return { address, prefix, family: version === 6 ? 'ipv6' : 'ipv4' };
});

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A duration as in GEP-2257 (`1m30s`), in milliseconds. */
export const duration = z
  .string()
  .max(32)
  .regex(/^(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}$/, 'must be a duration like 30s')
  .transform((text) =>
    [...text.matchAll(/([0-9]{1,5})(h|ms|m|s)/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0),
      0,
    ),
  );

const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** A number of bytes, plain or as a quantity (`32Mi`). */
export const bytes = z.union([
  z.int().min(0),
  z
    .string()
    .max(32)
    .regex(/^[0-9]{1,9}(?:k|M|G|Ki|Mi|Gi)?$/, 'must be a quantity like 32Mi')
    .transform((text) => Number.parseInt(text, 10) * (factors[text.replace(/^[0-9]+/, '')] ?? 1)),
]);

/** A path prefix in normal form, without a slash at its end unless it is the root. */
export const pathPrefix = z
  .string()
  .max(256)
  .regex(/^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*)?$/, 'must be a path like /users');
