import { attempt } from './errors.ts';
import { deferredObject, lazyObject, namesOf, textOf } from './lazy-object.ts';
import type { KubeObject } from './object.ts';
import { refOf } from './object.ts';
import { ObjectText } from './object-text.ts';
import type { Packed } from './packer.ts';
import { Packer } from './packer.ts';

/** An object as a cache holds it. */
export interface Entry<T extends KubeObject> {
  readonly key: string;
  readonly uid: string | undefined;
  version: string | undefined;
  /** Index values, one list an index; the index functions are not asked again when the object goes. */
  values: readonly (readonly string[])[];
  /** In which round it was touched last. */
  round: number;
  /** The object itself; absent while only its text is held. */
  object: T | undefined;
  text: ObjectText | Packed | undefined;
}

/** An object whose text is no JSON, because the API server's line was cut off; a fresh picture is on its way. */
class DamagedObjectError extends Error {
  override readonly name = 'DamagedObjectError';
}

const NO_INDEX_VALUES: readonly (readonly string[])[] = [];
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
  #round = 1;
  #timer: NodeJS.Timeout | undefined;
  readonly #onDamage: () => void;

  constructor({ compact, onDamage }: { compact: boolean; onDamage: () => void }) {
    this.#compact = compact;
    this.#onDamage = onDamage;
  }

  /** A new entry that holds `object`. */
  place(key: string, object: T): Entry<T> {
    const { uid, resourceVersion } = namesOf(object);
    const text = this.#compact ? textOf(object) : undefined;
    const entry: Entry<T> = {
      key: copyOf(key),
      uid: uid && copyOf(uid),
      version: resourceVersion,
      values: NO_INDEX_VALUES,
      round: 0,
      object: text === undefined ? object : undefined,
      text,
    };
    this.#touch(entry);
    return entry;
  }

  /** Makes an entry hold another version of its object. */
  put(entry: Entry<T>, object: T): void {
    this.#release(entry);
    const text = this.#compact ? textOf(object) : undefined;
    entry.version = (text?.names ?? object.metadata).resourceVersion;
    entry.text = text;
    entry.object = text === undefined ? object : undefined;
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
    // The text of an object of this cache, checked when it was packed.
    return deferredObject<T>(() => JSON.parse(this.#packer.unpack(text, known)) as T);
  }

  /** Gives up what the entry holds. */
  drop(entry: Entry<T>): void {
    this.#release(entry);
    this.#touched.delete(entry);
    this.#resting.delete(entry);
  }

  #read(entry: Entry<T>): T {
    const { key, text } = entry;
    if (text === undefined) throw new Error(`nothing is held under ${key}`);
    if (isText(text)) return this.#parse(entry, text.whole);
    return this.#parse(entry, this.#packer.unpack(text, knownOf(entry)));
  }

  #parse(entry: Entry<T>, text: string): T {
    try {
      // The text of an object of this cache.
      return JSON.parse(text) as T;
    } catch (error) {
      // Whatever the next picture holds of it is another version than this one.
      entry.version = undefined;
      this.#onDamage();
      throw new DamagedObjectError(`${entry.key} arrived damaged`, { cause: error });
    }
  }

  #release({ text }: Entry<T>): void {
    if (text !== undefined && !isText(text)) this.#packer.release(text);
  }

  #touch(entry: Entry<T>): void {
    if (!this.#compact || entry.round === this.#round) return;
    entry.round = this.#round;
    this.#touched.add(entry);
    if (this.#timer === undefined) this.#timer = setTimeout(this.#rest, REST_MS).unref();
  }

  /** Packs some of what was not touched for a while. */
  readonly #rest = (): void => {
    let left = AT_ONCE;
    for (const entry of this.#resting) {
      if (left === 0) break;
      this.#resting.delete(entry);
      if (entry.round === this.#round) continue;
      this.#pack(entry);
      left -= 1;
    }
    this.#timer = undefined;
    if (this.#resting.size > 0) {
      this.#timer = setTimeout(this.#rest, 1).unref();
    } else if (this.#touched.size > 0) {
      [this.#resting, this.#touched] = [this.#touched, this.#resting];
      this.#round += 1;
      this.#timer = setTimeout(this.#rest, REST_MS).unref();
    }
  };

  #pack(entry: Entry<T>): void {
    const { text, object } = entry;
    entry.object = undefined;
    if (isText(text)) {
      const whole = text.whole;
      // Parsed to see that it can be, where nobody has done so yet.
      if (object === undefined) attempt(() => this.#parse(entry, whole));
      entry.text = this.#packer.pack(whole, knownOf(entry));
    } else if (text === undefined) entry.text = this.#packer.pack(JSON.stringify(object), knownOf(entry));
  }
}

/** A string of its own: one that was cut out of a line, or put together of such, keeps the line. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** What an entry says of its object anyway. */
function knownOf({ key, uid, version }: Pick<Entry<KubeObject>, 'key' | 'uid' | 'version'>): string[] {
  const { name, namespace = '' } = refOf(key);
  return [name, namespace, uid ?? '', version ?? ''];
}

function isText(text: ObjectText | Packed | undefined): text is ObjectText {
  return text instanceof ObjectText;
}
