import type { KubeObject, ObjectRef, OwnerReference } from './object.ts';
import { compareVersions, keyOf } from './object.ts';

/** What happened to an object. */
export type ChangeType = 'add' | 'update' | 'delete';

/** Told of every change; `previous` is undefined for an add, `current` for a delete. */
export type ChangeHandler<T extends KubeObject> = (
  type: ChangeType,
  previous: T | undefined,
  current: T | undefined,
) => void;

/** The values under which an index lists an object. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[];

/** Read access to a cache: what a reconcile gets. Objects in it are shared and must not be changed. */
export interface CacheReader<T extends KubeObject> {
  readonly size: number;
  get(ref: ObjectRef | string): T | undefined;
  getByUid(uid: string): T | undefined;
  list(namespace?: string): T[];
  /** Objects that the index holds under `value`; throws for an unknown index. */
  byIndex(index: string, value: string): T[];
  /** Objects with an owner reference to this uid. */
  ownedBy(uid: string): T[];
}

const OWNER_INDEX = 'owner';

/** Objects of one Kind by key, uid and indexes; an object deleted and made anew is a delete and an add. */
export class Cache<T extends KubeObject> implements CacheReader<T> {
  readonly #byKey = new Map<string, T>();
  readonly #keyByUid = new Map<string, string>();
  readonly #indexes = new Map<string, { of: IndexFunction<T>; keys: Map<string, Set<string>> }>();
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #onHandlerError: (error: unknown) => void;

  constructor(options: { onHandlerError?: (error: unknown) => void } = {}) {
    this.#onHandlerError = options.onHandlerError ?? (() => {});
    this.addIndex(OWNER_INDEX, (object) => owners(object).map((owner) => owner.uid));
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(ref: ObjectRef | string): T | undefined {
    return this.#byKey.get(typeof ref === 'string' ? ref : keyOf(ref));
  }

  getByUid(uid: string): T | undefined {
    const key = this.#keyByUid.get(uid);
    return key === undefined ? undefined : this.#byKey.get(key);
  }

  list(namespace?: string): T[] {
    const all = [...this.#byKey.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  byIndex(index: string, value: string): T[] {
    const entry = this.#indexes.get(index);
    if (entry === undefined) throw new Error(`unknown index ${index}`);
    const found: T[] = [];
    for (const key of entry.keys.get(value) ?? []) {
      const object = this.#byKey.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  ownedBy(uid: string): T[] {
    return this.byIndex(OWNER_INDEX, uid);
  }

  /** Adds an index over present and future objects. */
  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.#indexes.has(name)) throw new Error(`index ${name} exists already`);
    const keys = new Map<string, Set<string>>();
    this.#indexes.set(name, { of, keys });
    for (const [key, object] of this.#byKey) insert(keys, of(object), key);
  }

  /** Tells `handler` of every later change; what it throws is reported and stops nothing. */
  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** Takes in an added or modified object; repeated and older versions of the same uid change nothing. */
  set(object: T): void {
    this.#take(object, isNewer);
  }

  /** Takes out an object; a delete of a former holder of the name leaves the present one alone. */
  delete(object: KubeObject): void {
    const key = keyOf(object.metadata);
    const previous = this.#byKey.get(key);
    if (previous === undefined || previous.metadata.uid !== object.metadata.uid) return;
    this.#remove(key, previous);
    this.#tell('delete', previous, undefined);
  }

  /**
   * Makes the cache (or one namespace of it) hold exactly `objects`, a consistent read: also versions that are older than
   * ours count, as after a restored backup.
   */
  replace(objects: Iterable<T>, namespace?: string): void {
    const present = new Map<string, T>();
    for (const object of objects) present.set(keyOf(object.metadata), object);
    for (const old of this.list(namespace)) {
      if (!present.has(keyOf(old.metadata))) this.delete(old);
    }
    for (const object of present.values()) this.#take(object, isOther);
  }

  #take(object: T, counts: (next: KubeObject, last: KubeObject) => boolean): void {
    const key = keyOf(object.metadata);
    const previous = this.#byKey.get(key);
    if (previous === undefined) {
      this.#insert(key, object);
      this.#tell('add', undefined, object);
    } else if (previous.metadata.uid !== object.metadata.uid) {
      this.#remove(key, previous);
      this.#tell('delete', previous, undefined);
      this.#insert(key, object);
      this.#tell('add', undefined, object);
    } else if (counts(object, previous)) {
      this.#remove(key, previous);
      this.#insert(key, object);
      this.#tell('update', previous, object);
    }
  }

  #insert(key: string, object: T): void {
    this.#byKey.set(key, object);
    if (object.metadata.uid !== undefined) this.#keyByUid.set(object.metadata.uid, key);
    for (const { of, keys } of this.#indexes.values()) insert(keys, of(object), key);
  }

  #remove(key: string, object: T): void {
    this.#byKey.delete(key);
    if (object.metadata.uid !== undefined) this.#keyByUid.delete(object.metadata.uid);
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const set = keys.get(value);
        set?.delete(key);
        if (set?.size === 0) keys.delete(value);
      }
    }
  }

  #tell(type: ChangeType, previous: T | undefined, current: T | undefined): void {
    for (const handler of this.#handlers) {
      try {
        handler(type, previous, current);
      } catch (error) {
        this.#onHandlerError(error);
      }
    }
  }
}

/** The owner references of an object. */
export function owners(object: KubeObject): readonly OwnerReference[] {
  return object.metadata.ownerReferences ?? [];
}

/** Removes `metadata.managedFields`, which is most of an object's weight and read by nobody. */
export function stripManagedFields<T extends KubeObject>(object: T): T {
  // Just parsed and not shared yet. `delete` would turn the metadata into a slow, larger dictionary object.
  object.metadata.managedFields = undefined;
  return object;
}

function insert(keys: Map<string, Set<string>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const set = keys.get(value);
    if (set === undefined) keys.set(value, new Set([key]));
    else set.add(key);
  }
}

function isNewer(object: KubeObject, previous: KubeObject): boolean {
  const [next, last] = [object.metadata.resourceVersion, previous.metadata.resourceVersion];
  return next === undefined || last === undefined || compareVersions(next, last) > 0;
}

function isOther(object: KubeObject, previous: KubeObject): boolean {
  return object.metadata.resourceVersion !== previous.metadata.resourceVersion;
}
