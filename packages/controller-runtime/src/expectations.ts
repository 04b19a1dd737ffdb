import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { KubeObject, ObjectMeta } from './object.ts';

/** The part of an informer that expectations ask. */
export interface SeenBy {
  hasSeen(resourceVersion: string, namespace?: string): boolean;
  readonly cache: { getByUid(uid: string): KubeObject | undefined };
}

type Expectation = { readonly informer: SeenBy; readonly since: number } & (
  | { readonly version: string; readonly namespace: string | undefined }
  | { readonly deleted: string }
);

/**
 * Longer than any watch lives: by then the cache was filled from a new connection. A write that is unseen even so is not
 * to be seen, for example because a backup was restored and versions began anew.
 */
const GIVE_UP_MS = 900_000;

/**
 * Remembers our own writes until the caches have seen them, so that no decision rests on a picture older than our last
 * act. Keys are work-queue keys: a write to a child is recorded under the key of its owner.
 */
export class Expectations {
  readonly #byKey = new Map<string, Expectation[]>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Records the answer to a create, apply or patch. */
  wrote(key: string, informer: SeenBy, answer: { metadata: ObjectMeta }): void {
    const { resourceVersion, namespace } = answer.metadata;
    if (resourceVersion === undefined || informer.hasSeen(resourceVersion, namespace)) return;
    this.#add(key, { informer, since: this.#clock.monotonic(), version: resourceVersion, namespace });
  }

  /** Records that the API server accepted a delete of this object. */
  deleted(key: string, informer: SeenBy, object: { metadata: ObjectMeta }): void {
    const { uid } = object.metadata;
    if (uid !== undefined) this.#add(key, { informer, since: this.#clock.monotonic(), deleted: uid });
  }

  /** True while some cache has not seen our last writes under this key. */
  isBehind(key: string): boolean {
    const open = (this.#byKey.get(key) ?? []).filter((expectation) => !this.#isOver(expectation));
    if (open.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, open);
    return open.length > 0;
  }

  /** Drops what is remembered of a key, for example because its object is gone. */
  forget(key: string): void {
    this.#byKey.delete(key);
  }

  #isOver(expectation: Expectation): boolean {
    return this.#clock.monotonic() - expectation.since > GIVE_UP_MS || isMet(expectation);
  }

  #add(key: string, expectation: Expectation): void {
    const list = this.#byKey.get(key);
    if (list === undefined) this.#byKey.set(key, [expectation]);
    else list.push(expectation);
  }
}

function isMet(expectation: Expectation): boolean {
  if ('version' in expectation)
    return expectation.informer.hasSeen(expectation.version, expectation.namespace);
  const object = expectation.informer.cache.getByUid(expectation.deleted);
  return object === undefined || object.metadata.deletionTimestamp !== undefined;
}
