import type { ObjectText } from './lazy-object.ts';
import { deferredObject, joined, lazyObject, textOf } from './lazy-object.ts';
import type { KubeObject } from './object.ts';
import { refOf } from './object.ts';
import type { Packed } from './packer.ts';
import { Packer } from './packer.ts';

/** An object as a cache holds it. */
export interface Entry<T extends KubeObject> {
  readonly key: string;
  readonly uid: string | undefined;
  version: string | undefined;
  /** Index values, one list an index; the index functions are not asked again when the object goes. */
  values: readonly (readonly string[])[];
  /** The object itself; absent while only its text is held. */
  object: T | undefined;
  text: ObjectText | Packed | undefined;
}

/** An entry that nobody touches for one to two of these is packed. */
const REST_MS = 1_000;
/** So many are packed before anything else gets its turn. */
const AT_ONCE = 200;

/** Holds the objects of a cache: as they are or, compactly, as text when they come as text, and packed when left alone. */
export class Shelf<T extends KubeObject> {
  readonly #compact: boolean;
  readonly #packer = new Packer();
  #touched = new Set<Entry<T>>();
  #resting = new Set<Entry<T>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(compact: boolean) {
    this.#compact = compact;
  }

  /** A new entry that holds `object`. */
  place(key: string, object: T): Entry<T> {
    const { uid, resourceVersion } = object.metadata;
    const text = this.#compact ? textOf(object) : undefined;
    const entry: Entry<T> = {
      key,
      uid,
      version: resourceVersion,
      values: [],
      object: text === undefined ? object : undefined,
      text,
    };
    this.#touch(entry);
    return entry;
  }

  /** Makes an entry hold another version of its object. */
  put(entry: Entry<T>, object: T): void {
    this.#release(entry);
    entry.version = object.metadata.resourceVersion;
    entry.text = this.#compact ? textOf(object) : undefined;
    entry.object = entry.text === undefined ? object : undefined;
    this.#touch(entry);
  }

  /** The object; until the entry is left alone it is the same one for everybody who asks. */
  get(entry: Entry<T>): T {
    entry.object ??= this.#read(entry);
    this.#touch(entry);
    return entry.object;
  }

  /** What the entry holds now, also after the entry has changed; nothing is parsed before somebody looks. */
  glimpse(entry: Entry<T>): T {
    const { object, text } = entry;
    if (object !== undefined) return object;
    if (isText(text)) return lazyObject<T>(text);
    if (text === undefined) throw new Error(`nothing is held under ${entry.key}`);
    const known = knownOf(entry);
    return deferredObject<T>(() => parse<T>(this.#packer.unpack(text, known)));
  }

  /** Gives up what the entry holds. */
  drop(entry: Entry<T>): void {
    this.#release(entry);
    this.#touched.delete(entry);
    this.#resting.delete(entry);
  }

  /** Packs every entry now. */
  packAll(): void {
    for (const entry of this.#resting) this.#pack(entry);
    for (const entry of this.#touched) this.#pack(entry);
    this.#resting.clear();
    this.#touched.clear();
  }

  #read({ key, text, ...entry }: Entry<T>): T {
    if (text === undefined) throw new Error(`nothing is held under ${key}`);
    return parse<T>(isText(text) ? joined(text) : this.#packer.unpack(text, knownOf({ key, ...entry })));
  }

  #release({ text }: Entry<T>): void {
    if (text !== undefined && !isText(text)) this.#packer.release(text);
  }

  #touch(entry: Entry<T>): void {
    if (!this.#compact) return;
    this.#touched.add(entry);
    this.#timer ??= setTimeout(this.#rest, REST_MS).unref();
  }

  /** Packs some of what was not touched for a while. */
  readonly #rest = (): void => {
    let left = AT_ONCE;
    for (const entry of this.#resting) {
      if (left === 0) break;
      this.#resting.delete(entry);
      if (this.#touched.has(entry)) continue;
      this.#pack(entry);
      left -= 1;
    }
    this.#timer = undefined;
    if (this.#resting.size > 0) {
      this.#timer = setTimeout(this.#rest, 1).unref();
    } else if (this.#touched.size > 0) {
      [this.#resting, this.#touched] = [this.#touched, this.#resting];
      this.#timer = setTimeout(this.#rest, REST_MS).unref();
    }
  };

  #pack(entry: Entry<T>): void {
    const { text, object } = entry;
    entry.object = undefined;
    if (text !== undefined && !isText(text)) return;
    entry.text = this.#packer.pack(
      text === undefined ? JSON.stringify(object) : joined(text),
      knownOf(entry),
    );
  }
}

/** What an entry says of its object anyway. */
function knownOf({ key, uid, version }: Pick<Entry<KubeObject>, 'key' | 'uid' | 'version'>): string[] {
  const { name, namespace = '' } = refOf(key);
  return [name, namespace, uid ?? '', version ?? ''];
}

function isText(text: ObjectText | Packed | undefined): text is ObjectText {
  return text !== undefined && 'metadata' in text;
}

function parse<T>(text: string): T {
  // The text of an object of this cache.
  return JSON.parse(text) as T;
}
