import { type Collection, type Db, type Document, MongoClient, MongoServerError } from 'mongodb';
import { once } from '../once.ts';
import type { CollectionSpec, DocumentCollection, DocumentStore, Stored } from './document.ts';

type Row = Document & { _id: string; version: number };

const duplicateKey = 11_000;

/**
 * The document store on MongoDB. Documents are `{_id, version, …value}`. Only plain indexes, equality and `_id`
 * ranges are used, which every server of the wire protocol answers alike. It connects on first use.
 */
export function createMongoDocuments(url: string, database: string): DocumentStore {
  const connection = once(() => connect(url, database));
  const named = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(url)?.[1];
  const db = async (): Promise<Db> => (await connection.get()).db(named ?? database);
  return {
    collection: async (spec) => openCollection(await db(), spec),
    ping: async () => {
      await (await db()).command({ ping: 1 });
    },
    close: async () => {
      await (await connection.made())?.close();
    },
  };
}

// A client whose first connection failed never recovers, so each attempt has a client of its own. Once connected, a
// client finds the server again by itself.
async function connect(url: string, appName: string): Promise<MongoClient> {
  const client = new MongoClient(url, {
    appName,
    connectTimeoutMS: 3000,
    serverSelectionTimeoutMS: 3000,
    maxPoolSize: 20,
    maxIdleTimeMS: 300_000,
    writeConcern: { w: 'majority' },
  });
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function openCollection<Value extends object>(
  db: Db,
  spec: CollectionSpec<Value>,
): Promise<DocumentCollection<Value>> {
  const rows: Collection<Row> = db.collection<Row>(spec.name);
  for (const field of spec.unique) await rows.createIndex({ [field]: 1 }, { unique: true });
  for (const field of spec.indexes) await rows.createIndex({ [field]: 1, _id: 1 });
  const read = ({ _id, version, ...value }: Row): Stored<Value> => ({
    id: _id,
    version,
    value: spec.schema.parse(value),
  });
  const missingOrStale = async (id: string) =>
    (await rows.findOne({ _id: id }, { projection: { _id: 1 } })) === null ? 'missing' : 'stale';
  return {
    insert: async (id, value) => {
      const row: Row = { ...value, _id: id, version: 1 };
      return unlessDuplicate(async () => {
        await rows.insertOne(row);
        return read(row);
      });
    },
    get: async (id) => {
      const row = await rows.findOne({ _id: id });
      return row === null ? undefined : read(row);
    },
    list: async ({ where, after, limit }) => {
      const filter = after === undefined ? where : { ...where, _id: { $gt: after } };
      return (await rows.find(filter).sort({ _id: 1 }).limit(limit).toArray()).map(read);
    },
    replace: async (id, version, value) => {
      const row: Row = { ...value, _id: id, version: version + 1 };
      const outcome = await unlessDuplicate(() => rows.replaceOne({ _id: id, version }, row));
      if (outcome === 'duplicate') return 'duplicate';
      return outcome.matchedCount === 1 ? read(row) : missingOrStale(id);
    },
    remove: async (id, version) => {
      const { deletedCount } = await rows.deleteOne({ _id: id, version });
      return deletedCount === 1 ? 'removed' : missingOrStale(id);
    },
    isEmpty: async () => (await rows.findOne({}, { projection: { _id: 1 } })) === null,
  };
}

async function unlessDuplicate<Result>(write: () => Promise<Result>): Promise<Result | 'duplicate'> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKey) return 'duplicate';
    throw error;
  }
}
