import { z } from 'zod';

const digits = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * An amount in minor units (cents for EUR): a string of digits on the wire, because JSON numbers are floats.
 * A safe integer is accepted on the way in and answered as a string; fractions are refused.
 */
export const money = z
  .strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'three capital letters of ISO 4217, for example EUR')
      .describe('ISO 4217 code.'),
    minor: z
      .union([z.string().regex(digits), z.int().min(0)], { error: 'minor units as digits: "1999" for 19.99' })
      .transform(String)
      .pipe(z.string().regex(digits))
      .describe('Amount in minor units, as digits.'),
  })
  .describe('An exact amount of money.');

export type Money = z.output<typeof money>;
