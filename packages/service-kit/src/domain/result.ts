/** A success with its value, or a refusal with its stable code. Refusals are values; exceptions are bugs. */
export type Result<Value, Code extends string> =
  | { ok: true; value: Value }
  | { ok: false; refusal: Refusal<Code> };

export type FieldError = { readonly pointer: string; readonly detail: string };

/** Why a request was not carried out. The code is looked up in the refusal table for status and title. */
export type Refusal<Code extends string = string> = {
  readonly refusal: Code;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
};

export function ok<Value>(value: Value): { ok: true; value: Value } {
  return { ok: true, value };
}

export function refused<Code extends string>(
  refusal: Code,
  detail?: string,
): { ok: false; refusal: Refusal<Code> } {
  return { ok: false, refusal: refuse(refusal, detail) };
}

/** A refusal as a value. */
export function refuse<Code extends string>(refusal: Code, detail?: string): Refusal<Code> {
  return detail === undefined ? { refusal } : { refusal, detail };
}
