import { namesOf } from './lazy-object.ts';
import type { KubeObject, ObjectRef, OwnerReference } from './object.ts';
import { compareVersions, keyOf, refOf } from './object.ts';
import type { Entry } from './shelf.ts';
import { Shelf } from './shelf.ts';

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

interface Index<T extends KubeObject> {
  readonly name: string;
  readonly of: IndexFunction<T>;
  readonly keys: Map<string, Set<string>>;
}

const OWNER_INDEX = 'owner';
const NO_OWNERS: readonly OwnerReference[] = [];
const NO_VALUES: readonly string[] = [];

/** How a cache works. */
export interface CacheOptions {
  readonly onHandlerError?: (error: unknown) => void;
  /**
   * True keeps an object that nobody reads as packed text, in a tenth of the space; a read then costs a parse, and what is
   * read is the same object again only for a second or two.
   */
  readonly compact?: boolean;
  /** Told when the text of an object turns out to be damaged: the cache needs a fresh picture. */
  readonly onDamage?: () => void;
}

/** Objects of one Kind by key, uid and indexes; an object deleted and made anew is a delete and an add. */
export class Cache<T extends KubeObject> implements CacheReader<T> {
  readonly #byKey = new Map<string, Entry<T>>();
  readonly #byUid = new Map<string, Entry<T>>();
  readonly #indexes: Index<T>[] = [];
  readonly #shelf: Shelf<T>;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #onHandlerError: (error: unknown) => void;

  constructor(options: CacheOptions = {}) {
    this.#onHandlerError = options.onHandlerError ?? (() => {});
    this.#shelf = new Shelf<T>({
      compact: options.compact ?? false,
      onDamage: options.onDamage ?? (() => {}),
    });
    this.addIndex(OWNER_INDEX, uidsOfOwners);
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(ref: ObjectRef | string): T | undefined {
    return this.#read(this.#byKey.get(typeof ref === 'string' ? ref : keyOf(ref)));
  }

  getByUid(uid: string): T | undefined {
    return this.#read(this.#byUid.get(uid));
  }

  list(namespace?: string): T[] {
    return this.#entries(namespace).map((entry) => this.#shelf.get(entry));
  }

  /** Key and resource version of every object; no object is read for it. */
  versions(): [key: string, resourceVersion: string][] {
    return this.#entries().map(({ key, version }) => [key, version ?? '']);
  }

  byIndex(index: string, value: string): T[] {
    const known = this.#indexes.find(({ name }) => name === index);
    if (known === undefined) throw new Error(`unknown index ${index}`);
    const found: T[] = [];
    for (const key of known.keys.get(value) ?? []) {
      const object = this.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  ownedBy(uid: string): T[] {
    return this.byIndex(OWNER_INDEX, uid);
  }

  /** Adds an index over present and future objects. */
  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.#indexes.some((index) => index.name === name)) throw new Error(`index ${name} exists already`);
    const keys = new Map<string, Set<string>>();
    this.#indexes.push({ name, of, keys });
    for (const entry of this.#byKey.values()) {
      const values = of(this.#shelf.get(entry));
      entry.values = [...entry.values, values];
      insert(keys, values, entry.key);
    }
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
    const entry = this.#byKey.get(keyOf(object.metadata));
    if (entry === undefined || entry.uid !== object.metadata.uid) return;
    this.#leave(entry);
  }

  /**
   * Makes the cache (or one namespace of it) hold exactly `objects`, a consistent read: also versions that are older than
   * ours count, as after a restored backup.
   */
  replace(objects: Iterable<T>, namespace?: string): void {
    const present = new Map<string, T>();
    for (const object of objects) present.set(keyOf(object.metadata), object);
    for (const entry of this.#entries(namespace)) {
      if (!present.has(entry.key)) this.#leave(entry);
    }
    for (const object of present.values()) this.#take(object, isOther);
  }

  #entries(namespace?: string): Entry<T>[] {
    const all = [...this.#byKey.values()];
    return namespace === undefined ? all : all.filter(({ key }) => refOf(key).namespace === namespace);
  }

  #read(entry: Entry<T> | undefined): T | undefined {
    return entry && this.#shelf.get(entry);
  }

  #take(object: T, counts: (next: string | undefined, last: string | undefined) => boolean): void {
    const names = namesOf(object);
    const { uid, resourceVersion } = names;
    const entry = this.#byUid.get(uid ?? '') ?? this.#byKey.get(keyOf(names));
    if (entry === undefined || entry.uid !== uid) {
      if (entry !== undefined) this.#leave(entry);
      this.#enter(keyOf(names), object);
      this.#tell('add', undefined, object);
    } else if (counts(resourceVersion, entry.version)) {
      const previous = this.#handlers.length > 0 ? this.#shelf.glimpse(entry) : undefined;
      this.#shelf.put(entry, object);
      this.#index(entry, object);
      this.#tell('update', previous, object);
    }
  }

  #enter(key: string, object: T): void {
    const entry = this.#shelf.place(key, object);
    this.#byKey.set(entry.key, entry);
    if (entry.uid !== undefined) this.#byUid.set(entry.uid, entry);
    this.#index(entry, object);
  }

  #leave(entry: Entry<T>): void {
    const previous = this.#shelf.glimpse(entry);
    this.#byKey.delete(entry.key);
    if (entry.uid !== undefined) this.#byUid.delete(entry.uid);
    for (const [position, { keys }] of this.#indexes.entries()) {
      withdraw(keys, entry.values[position] ?? NO_VALUES, entry.key);
    }
    this.#shelf.drop(entry);
    this.#tell('delete', previous, undefined);
  }

  /** Lists the entry under the values that its object has now. */
  #index(entry: Entry<T>, object: T): void {
    for (let position = 0; position < this.#indexes.length; position += 1) {
      // The position lies in the list.
      const { of, keys } = this.#indexes[position] as Index<T>;
      const last = entry.values[position] ?? NO_VALUES;
      const values = of(object);
      if (isSame(values, last)) continue;
      withdraw(keys, last, entry.key);
      insert(keys, values, entry.key);
      entry.values = this.#indexes.map((_, index) =>
        index === position ? values : (entry.values[index] ?? NO_VALUES),
      );
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

function uidsOfOwners(object: KubeObject): readonly string[] {
  const found = owners(object);
  return found.length === 0 ? NO_VALUES : found.map(({ uid }) => uid);
}

/** The owner references of an object. */
export function owners(object: KubeObject): readonly OwnerReference[] {
  return object.metadata.ownerReferences ?? NO_OWNERS;
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

function withdraw(keys: Map<string, Set<string>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const set = keys.get(value);
    set?.delete(key);
    if (set?.size === 0) keys.delete(value);
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0) return b.length === 0;
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function isNewer(next: string | undefined, last: string | undefined): boolean {
  return next === undefined || last === undefined || compareVersions(next, last) > 0;
}

function isOther(next: string | undefined, last: string | undefined): boolean {
  return next !== last;
}
