import { inspect } from 'node:util';

const redacted = '[redacted]';

/** A value that logs, JSON and string templates show as `[redacted]`; only `reveal` gives it away. */
export class Secret<Value> {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  reveal(): Value {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
