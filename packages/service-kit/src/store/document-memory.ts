import type { CollectionSpec, DocumentCollection, DocumentStore, ListQuery, Stored } from './document.ts';

/** The memory twin of the document store. */
export function createMemoryDocuments(): DocumentStore {
  const collections = new Map<string, Map<string, Stored<object>>>();
  return {
    collection: async (spec) => {
      const documents = collections.get(spec.name) ?? new Map<string, Stored<object>>();
      collections.set(spec.name, documents);
      return openCollection(spec, documents);
    },
    ping: async () => {},
    close: async () => {},
  };
}

function openCollection<Value extends object>(
  spec: CollectionSpec<Value>,
  documents: Map<string, Stored<object>>,
): DocumentCollection<Value> {
  const read = (stored: Stored<object>): Stored<Value> => ({
    ...stored,
    value: spec.schema.parse(structuredClone(stored.value)),
  });
  const write = (id: string, version: number, value: Value): Stored<Value> => {
    const stored = { id, version, value: structuredClone(value) };
    documents.set(id, stored);
    return read(stored);
  };
  const clashes = (id: string, value: Value): boolean =>
    [...documents.values()].some(
      (other) =>
        other.id !== id && spec.unique.some((field) => fieldOf(other.value, field) === fieldOf(value, field)),
    );
  return {
    insert: async (id, value) =>
      documents.has(id) || clashes(id, value) ? 'duplicate' : write(id, 1, value),
    get: async (id) => {
      const stored = documents.get(id);
      return stored === undefined ? undefined : read(stored);
    },
    list: async (query) => select([...documents.values()], query).map(read),
    replace: async (id, version, value) => {
      const stored = documents.get(id);
      if (stored === undefined) return 'missing';
      if (stored.version !== version) return 'stale';
      return clashes(id, value) ? 'duplicate' : write(id, version + 1, value);
    },
    remove: async (id, version) => {
      const stored = documents.get(id);
      if (stored === undefined) return 'missing';
      if (stored.version !== version) return 'stale';
      documents.delete(id);
      return 'removed';
    },
    isEmpty: async () => documents.size === 0,
  };
}

function select(all: readonly Stored<object>[], query: ListQuery): Stored<object>[] {
  return all
    .filter(({ id }) => query.after === undefined || id > query.after)
    .filter(({ value }) =>
      Object.entries(query.where).every(([field, wanted]) => fieldOf(value, field) === wanted),
    )
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
    .slice(0, query.limit);
}

function fieldOf(value: object, field: string): unknown {
  return Object.getOwnPropertyDescriptor(value, field)?.value;
}
