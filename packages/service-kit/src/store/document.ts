import type { z } from 'zod';

/** A stored value with the version that optimistic concurrency compares. */
export type Stored<Value> = { readonly id: string; readonly version: number; readonly value: Value };

export type CollectionSpec<Value> = {
  readonly name: string;
  readonly schema: z.ZodType<Value>;
  /** Top-level fields whose values are unique in the collection. */
  readonly unique: readonly string[];
  /** Top-level fields that lists filter by. */
  readonly indexes: readonly string[];
};

export type ListQuery = {
  /** Top-level fields that must equal these values. */
  readonly where: Readonly<Record<string, string>>;
  /** Only ids greater than this one. */
  readonly after?: string;
  readonly limit: number;
};

/** Documents of one kind, read and written whole. Lists are in id order, so pages neither skip nor repeat. */
export type DocumentCollection<Value> = {
  /** Stores version 1, or tells which rule another document already holds. */
  readonly insert: (id: string, value: Value) => Promise<Stored<Value> | 'duplicate'>;
  readonly get: (id: string) => Promise<Stored<Value> | undefined>;
  readonly list: (query: ListQuery) => Promise<readonly Stored<Value>[]>;
  /** Replaces the value if the version still matches; the new version is one higher. */
  readonly replace: (
    id: string,
    version: number,
    value: Value,
  ) => Promise<Stored<Value> | 'missing' | 'stale' | 'duplicate'>;
  readonly remove: (id: string, version: number) => Promise<'removed' | 'missing' | 'stale'>;
  readonly isEmpty: () => Promise<boolean>;
};

export type DocumentStore = {
  /** Opens a collection and makes its indexes. Safe to call again. */
  readonly collection: <Value extends object>(
    spec: CollectionSpec<Value>,
  ) => Promise<DocumentCollection<Value>>;
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
