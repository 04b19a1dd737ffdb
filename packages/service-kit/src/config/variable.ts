import { z } from 'zod';
import { Secret } from './secret.ts';

/** One environment variable: how its text is read, an example for the error message, and what it is for. */
export type Variable<Value = unknown> = {
  readonly schema: z.ZodType<Value>;
  readonly example: string;
  readonly about: string;
};

export type Variables = Readonly<Record<string, Variable>>;

export type ConfigOf<Declared extends Variables> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Variable<infer Value> ? Value : never;
};

export function variable<Value>(schema: z.ZodType<Value>, example: string, about: string): Variable<Value> {
  return { schema, example, about };
}

/** `true` or `false` (also 1/0, yes/no, on/off); `otherwise` when unset. */
export function flag(otherwise: boolean, about: string): Variable<boolean> {
  return variable(z.stringbool().default(otherwise), String(!otherwise), about);
}

/** A whole number in a range; `otherwise` when unset. */
export function wholeNumber(
  range: { min: number; max: number },
  otherwise: number,
  about: string,
): Variable<number> {
  const schema = z.coerce.number().int().min(range.min).max(range.max).default(otherwise);
  return variable(schema, String(otherwise), about);
}

/** A URL whose scheme is one of `schemes`. It may hold a password, so it logs as `[redacted]`. */
export function storeUrl(
  schemes: readonly string[],
  example: string,
  about: string,
): Variable<Secret<string>> {
  const schema = z
    .string({ error: 'is missing' })
    .refine(
      (text) => schemes.some((scheme) => text.startsWith(scheme)),
      `must begin with ${schemes.join(' or ')}`,
    )
    .transform((text) => new Secret(text));
  return variable(schema, example, about);
}

/** The origin of another service, without a path. */
export function originUrl(example: string, about: string): Variable<string> {
  const schema = z
    .string({ error: 'is missing' })
    .refine(isOrigin, 'must be an http or https origin without a path')
    .transform((text) => new URL(text).origin);
  return variable(schema, example, about);
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === ''
  );
}
