import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../object.ts';
import { keyOf } from '../object.ts';

/** A change as a watch reports it. */
export interface StoredEvent {
  readonly collection: string;
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** The memory of a fake API server: objects, versions, and the history that watches resume from. */
export class FakeStore {
  readonly #collections = new Map<string, Map<string, KubeObject>>();
  readonly #history: StoredEvent[] = [];
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  #version = 100;
  #compactedAt = 0;

  get version(): number {
    return this.#version;
  }

  /** Versions before this one are forgotten. */
  get compactedAt(): number {
    return this.#compactedAt;
  }

  get(collection: string, key: string): KubeObject | undefined {
    return this.#collections.get(collection)?.get(key);
  }

  list(collection: string, namespace: string | undefined): KubeObject[] {
    const all = [...(this.#collections.get(collection)?.values() ?? [])];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  /** Stores an object, giving it a uid when it is new, and returns what is stored now; equal content changes nothing. */
  put(collection: string, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata);
    const objects = this.#collections.get(collection) ?? new Map<string, KubeObject>();
    this.#collections.set(collection, objects);
    const previous = objects.get(key);
    if (previous !== undefined && content(previous) === content(object)) return previous;
    this.#version += 1;
    const stored: KubeObject = {
      ...object,
      metadata: {
        creationTimestamp: new Date(0).toISOString(),
        ...object.metadata,
        uid: previous?.metadata.uid ?? randomUUID(),
        resourceVersion: String(this.#version),
      },
    };
    objects.set(key, stored);
    this.#tell(collection, previous === undefined ? 'ADDED' : 'MODIFIED', stored);
    return stored;
  }

  /** Removes an object; undefined when there is none. */
  delete(collection: string, key: string): KubeObject | undefined {
    const object = this.#collections.get(collection)?.get(key);
    if (object === undefined) return undefined;
    this.#collections.get(collection)?.delete(key);
    this.#version += 1;
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.#tell(collection, 'DELETED', last);
    return last;
  }

  /** Forgets the history, as etcd does: older versions are answered with 410 from now on. */
  compact(): void {
    this.#compactedAt = this.#version;
    this.#history.length = 0;
  }

  /** Events after a version. */
  since(collection: string, version: number): StoredEvent[] {
    return this.#history.filter((event) => event.collection === collection && event.version > version);
  }

  /** Calls `listener` for each event to come, until the returned function is called. */
  listen(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(collection: string, type: StoredEvent['type'], object: KubeObject): void {
    const event = { collection, version: this.#version, type, object };
    this.#history.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

function content(object: KubeObject): string {
  const {
    resourceVersion: _version,
    uid: _uid,
    creationTimestamp: _created,
    managedFields: _fields,
    ...metadata
  } = object.metadata;
  return JSON.stringify({ ...object, metadata });
}
