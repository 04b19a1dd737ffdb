import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import { compareVersions } from './object.ts';

/** The part of an informer that expectations ask. */
export interface SeenBy {
  hasSeen(resourceVersion: string, namespace?: string): boolean;
  readonly cache: { getByUid(uid: string): KubeObject | undefined };
  /** Takes a fresh picture. */
  relist(): void;
}

type Expectation = { readonly informer: SeenBy; readonly since: number } & (
  | { readonly version: string; readonly namespace: string | undefined; readonly uid: string }
  | { readonly deleted: string }
);

/** A watch that is this long behind our own write has lost its event, or is as good as lost. */
const LOST_MS = 10_000;

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
  readonly #relistedAt = new Map<SeenBy, number>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Records the answer to a create, apply or patch. */
  wrote(key: string, informer: SeenBy, answer: { metadata: ObjectMeta }): void {
    const { resourceVersion: version, namespace, uid = '' } = answer.metadata;
    if (version === undefined) return;
    const expectation = { informer, since: this.#clock.monotonic(), version, namespace, uid };
    if (isMet(expectation)) this.#doubtIfLost(expectation);
    else this.#add(key, expectation);
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
    if (isMet(expectation)) {
      this.#doubtIfLost(expectation);
      return true;
    }
    const age = this.#clock.monotonic() - expectation.since;
    if (age > LOST_MS) this.#relist(expectation.informer);
    return age > GIVE_UP_MS;
  }

  /** A watch that is past our write and shows nothing of it has lost an event; so it seems, too, after a quick delete. */
  #doubtIfLost(expectation: Expectation): void {
    if (!('version' in expectation)) return;
    const known = expectation.informer.cache.getByUid(expectation.uid)?.metadata.resourceVersion;
    if (known === undefined || compareVersions(known, expectation.version) < 0) {
      this.#relist(expectation.informer);
    }
  }

  /** At most once in a while for one cache, because a fresh picture takes a while itself. */
  #relist(informer: SeenBy): void {
    const now = this.#clock.monotonic();
    if (now - (this.#relistedAt.get(informer) ?? Number.NEGATIVE_INFINITY) <= LOST_MS) return;
    this.#relistedAt.set(informer, now);
    informer.relist();
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
