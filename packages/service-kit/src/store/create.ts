import type { ServiceRow } from '@ecommercestack/contracts/topology';
import type { EventBus } from '../bus/event-bus.ts';
import { type Dependency, dependenciesOf } from '../config/row.ts';
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { RelationalStore } from './relational-store.ts';
import type { OpenStores, SearchStore } from './stores.ts';

export type CreateStores = {
  readonly row: ServiceRow;
  readonly urlOf: (dependency: Dependency) => string;
  readonly log: Log;
  readonly clock: Clock;
  /** The bus of a process without brokers: one for all services in it. */
  readonly memoryBus: () => Promise<EventBus>;
};

const memory = 'memory:';

/**
 * The stores of a row, each by its URL. Drivers are imported only for what the row declares; nothing connects yet,
 * so this neither waits nor fails when a server is away.
 */
export async function createStores(options: CreateStores): Promise<OpenStores> {
  const wanted = new Set(dependenciesOf(options.row));
  return {
    ...(wanted.has('postgres') ? { postgres: await createRelational(options) } : {}),
    ...(wanted.has('mongodb') ? { mongodb: await createDocuments(options) } : {}),
    ...(wanted.has('redis') ? { redis: await createKeyValues(options) } : {}),
    ...(wanted.has('search') ? { search: await createSearch(options) } : {}),
    ...(wanted.has('kafka') ? { kafka: await createBus(options) } : {}),
  };
}

function createRelational({ row, urlOf, log, clock }: CreateStores): Promise<RelationalStore> {
  return openRelational(urlOf('postgres'), row.name, { log, clock });
}

/** Tables and events in a PostgreSQL schema, or their twin in memory for `memory:`. */
export async function openRelational(
  url: string,
  schema: string,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): Promise<RelationalStore> {
  if (url === memory) return (await import('./table-memory.ts')).createMemoryTables(clock);
  const { createPostgres } = await import('./sql-postgres.ts');
  const { toTables } = await import('./table-postgres.ts');
  return toTables(createPostgres(url, schema, warnOf(log, 'postgres')), schema);
}

async function createDocuments({ row, urlOf }: CreateStores) {
  const url = urlOf('mongodb');
  if (url === memory) return (await import('./document-memory.ts')).createMemoryDocuments();
  return (await import('./document-mongodb.ts')).createMongoDocuments(url, row.name);
}

async function createKeyValues({ urlOf, log, clock }: CreateStores) {
  const url = urlOf('redis');
  if (url === memory) return (await import('./key-value-memory.ts')).createMemoryKeyValues(clock);
  return (await import('./key-value-redis.ts')).createRedisKeyValues(url, warnOf(log, 'redis'));
}

async function createSearch({ urlOf }: CreateStores): Promise<SearchStore> {
  const url = urlOf('search');
  if (url === memory) return { ping: async () => {}, close: async () => {} };
  return (await import('./search-opensearch.ts')).createOpenSearch(url);
}

async function createBus({ row, urlOf, log, memoryBus }: CreateStores): Promise<EventBus> {
  const brokers = urlOf('kafka');
  if (brokers === memory) return memoryBus();
  return (await import('../bus/event-bus-kafka.ts')).createKafkaBus(brokers.split(','), row.objectName, log);
}

function warnOf(log: Log, dependency: Dependency): (error: unknown) => void {
  return (error) => log.warn({ dependency, error: String(error) }, 'a connection failed');
}
