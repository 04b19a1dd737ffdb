import type { KubeObject, ObjectMeta } from './object.ts';
import type { ObjectText } from './object-text.ts';

const TEXT = Symbol('text');

/** The text that a lazy object was made from; undefined for any other object. */
export function textOf(object: KubeObject): ObjectText | undefined {
  // Answered by the handler below, and absent from every other object.
  return (object as { [TEXT]?: ObjectText })[TEXT];
}

/** The names of an object, for which nothing is parsed. */
export function namesOf(object: KubeObject): ObjectMeta {
  return textOf(object)?.names ?? object.metadata;
}

/** An object that looks like any other and whose parts are parsed when somebody looks at them. */
export function lazyObject<T extends KubeObject>(text: ObjectText): T {
  // The handler adds what is missing before anybody can see that it is.
  return new Proxy({} as T, new LazyObject<T>(text));
}

/** An object that is made at the first look. */
export function deferredObject<T extends KubeObject>(make: () => T): T {
  return new Proxy({} as T, new Deferred(make));
}

/** Completes its target before anybody looks at it. */
abstract class Lazy<T extends object> implements ProxyHandler<T> {
  isComplete = false;

  abstract fill(target: T): void;

  get(target: T, key: string | symbol): unknown {
    if (!this.isComplete && typeof key === 'string') this.complete(target);
    return Reflect.get(target, key);
  }

  set(target: T, key: string | symbol, value: unknown): boolean {
    this.complete(target);
    return Reflect.set(target, key, value);
  }

  has(target: T, key: string | symbol): boolean {
    this.complete(target);
    return Reflect.has(target, key);
  }

  ownKeys(target: T): ArrayLike<string | symbol> {
    this.complete(target);
    return Reflect.ownKeys(target);
  }

  getOwnPropertyDescriptor(target: T, key: string | symbol): PropertyDescriptor | undefined {
    this.complete(target);
    return Reflect.getOwnPropertyDescriptor(target, key);
  }

  deleteProperty(target: T, key: string | symbol): boolean {
    this.complete(target);
    return Reflect.deleteProperty(target, key);
  }

  complete(target: T): void {
    if (this.isComplete) return;
    this.fill(target);
    this.isComplete = true;
  }
}

class LazyMetadata extends Lazy<ObjectMeta> {
  readonly #text: ObjectText;

  constructor(text: ObjectText) {
    super();
    this.#text = text;
  }

  override get(target: ObjectMeta, key: string | symbol): unknown {
    if (!this.isComplete) {
      const { names } = this.#text;
      if (key === 'name') return names.name;
      if (key === 'namespace') return names.namespace;
      if (key === 'uid') return names.uid;
      if (key === 'resourceVersion') return names.resourceVersion;
      if (key === 'ownerReferences' && !this.#text.mayHaveOwners) return undefined;
    }
    return super.get(target, key);
  }

  override fill(target: ObjectMeta): void {
    Object.assign(target, JSON.parse(this.#text.metadata));
  }
}

class LazyObject<T extends KubeObject> extends Lazy<T> {
  readonly #text: ObjectText;
  #metadata: ObjectMeta | undefined;

  constructor(text: ObjectText) {
    super();
    this.#text = text;
  }

  override get(target: T, key: string | symbol): unknown {
    if (key === TEXT) return this.#text;
    if (!this.isComplete && key === 'metadata') return this.metadata;
    return super.get(target, key);
  }

  get metadata(): ObjectMeta {
    // Filled by its handler, like the object itself.
    this.#metadata ??= new Proxy({} as ObjectMeta, new LazyMetadata(this.#text));
    return this.#metadata;
  }

  override fill(target: T): void {
    const { head, rest } = this.#text;
    const others: unknown = rest === '' ? {} : JSON.parse(`{${rest}}`);
    Object.assign(target, head, { metadata: this.metadata }, others);
  }
}

class Deferred<T extends KubeObject> extends Lazy<T> {
  readonly #make: () => T;

  constructor(make: () => T) {
    super();
    this.#make = make;
  }

  override fill(target: T): void {
    Object.assign(target, this.#make());
  }
}
