import type { KubeObject } from './object.ts';

/** An object as text: its metadata apart from the rest, which is members of the object without their braces. */
export interface ObjectText {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: string;
  readonly rest: string;
}

const TEXT = Symbol('text');

/** The text that a lazy object was made from; undefined for any other object. */
export function textOf(object: KubeObject): ObjectText | undefined {
  // Answered by the handler below, and absent from every other object.
  return (object as { [TEXT]?: ObjectText })[TEXT];
}

/** The JSON text of a whole object. */
export function joined({ apiVersion, kind, metadata, rest }: ObjectText): string {
  const head = `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},"metadata":${metadata}`;
  return rest === '' ? `${head}}` : `${head},${rest}}`;
}

/** An object that looks like any other and whose parts are parsed when somebody looks at them. */
export function lazyObject<T extends KubeObject>(text: ObjectText): T {
  const seed = { apiVersion: text.apiVersion, kind: text.kind };
  // The handler adds what is missing before anybody can see that it is.
  return new Proxy(seed as unknown as T, new Handler(text, (target) => parseRest(target, text)));
}

/** The same for an object whose text takes work to get: it is got at the first look. */
export function deferredObject<T extends KubeObject>(object: () => T): T {
  return new Proxy({} as T, new Handler(undefined, (target) => Object.assign(target, object())));
}

function parseRest(target: KubeObject, { metadata, rest }: ObjectText): void {
  target.metadata ??= JSON.parse(metadata);
  if (rest !== '') Object.assign(target, JSON.parse(`{${rest}}`));
}

class Handler<T extends KubeObject> implements ProxyHandler<T> {
  readonly #text: ObjectText | undefined;
  #fill: ((target: T) => void) | undefined;

  constructor(text: ObjectText | undefined, fill: (target: T) => void) {
    this.#text = text;
    this.#fill = fill;
  }

  get(target: T, key: string | symbol): unknown {
    if (key === TEXT) return this.#text;
    if (this.#fill !== undefined && typeof key === 'string') {
      if (this.#text !== undefined && key === 'metadata') {
        target.metadata ??= JSON.parse(this.#text.metadata);
      } else if (this.#text === undefined || !(key === 'apiVersion' || key === 'kind'))
        this.#complete(target);
    }
    return Reflect.get(target, key);
  }

  set(target: T, key: string | symbol, value: unknown): boolean {
    this.#complete(target);
    return Reflect.set(target, key, value);
  }

  has(target: T, key: string | symbol): boolean {
    this.#complete(target);
    return Reflect.has(target, key);
  }

  ownKeys(target: T): ArrayLike<string | symbol> {
    this.#complete(target);
    return Reflect.ownKeys(target);
  }

  getOwnPropertyDescriptor(target: T, key: string | symbol): PropertyDescriptor | undefined {
    this.#complete(target);
    return Reflect.getOwnPropertyDescriptor(target, key);
  }

  deleteProperty(target: T, key: string | symbol): boolean {
    this.#complete(target);
    return Reflect.deleteProperty(target, key);
  }

  #complete(target: T): void {
    const fill = this.#fill;
    this.#fill = undefined;
    fill?.(target);
  }
}
