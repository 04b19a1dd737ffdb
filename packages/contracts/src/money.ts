import { z } from 'zod';
import { currency } from './currency.ts';

const digits = /^(?:0|[1-9][0-9]{0,15})$/;
const largest = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * An amount in minor units (cents for EUR): a string of digits on the wire, because JSON numbers are floats.
 * A safe integer is accepted on the way in and answered as a string; fractions and amounts beyond 2^53 - 1 are refused.
 */
export const money = z
  .strictObject({
    currency,
    minor: z
      .union([z.string().regex(digits), z.int().min(0)], { error: 'minor units as digits: "1999" for 19.99' })
      .transform(String)
      .pipe(
        z
          .string()
          .regex(digits)
          .refine((text) => !digits.test(text) || BigInt(text) <= largest, 'at most 9007199254740991'),
      )
      .describe('Amount in minor units, as digits; at most 9007199254740991.'),
  })
  .describe('An exact amount of money.');

export type Money = z.output<typeof money>;

/** The sum of `quantity × unitPrice`, or why there is none. Exact: it never passes through a float. */
export function totalOf(
  lines: readonly { readonly quantity: number; readonly unitPrice: Money }[],
): Money | 'mixed-currencies' | 'amount-too-large' {
  const first = lines[0];
  if (first === undefined) throw new Error('no lines to add up');
  const { currency: shared } = first.unitPrice;
  if (lines.some(({ unitPrice }) => unitPrice.currency !== shared)) return 'mixed-currencies';
  const minor = lines.reduce(
    (sum, { quantity, unitPrice }) => sum + BigInt(quantity) * BigInt(unitPrice.minor),
    0n,
  );
  return minor > largest ? 'amount-too-large' : { currency: shared, minor: String(minor) };
}

/** True for two amounts of the same currency and size. */
export function isSameMoney(left: Money, right: Money): boolean {
  return left.currency === right.currency && left.minor === right.minor;
}
