import type { ServiceName, ServiceRow, StoreName } from '@ecommercestack/contracts/topology';
import { z } from 'zod';
import { Secret } from './secret.ts';
import { originUrl, storeUrl, type Variable, variable } from './variable.ts';

/** What a service can lose: a store of its row, or the bus. */
export type Dependency = StoreName | 'kafka';

type StoreVariable = { readonly name: string; readonly variable: Variable<Secret<string>> };

/** The variable of every store. `memory:` is the in-process twin: it forgets everything at exit. */
const dependencyVariables: Readonly<Record<Dependency, StoreVariable>> = {
  postgres: {
    name: 'DATABASE_URL',
    variable: storeUrl(
      ['postgresql://', 'postgres://', 'memory:'],
      'postgresql://user:secret@127.0.0.1:5432/shop',
      'PostgreSQL of this service.',
    ),
  },
  mongodb: {
    name: 'MONGODB_URL',
    variable: storeUrl(
      ['mongodb://', 'mongodb+srv://', 'memory:'],
      'mongodb://127.0.0.1:27017/product',
      'MongoDB of this service.',
    ),
  },
  redis: {
    name: 'REDIS_URL',
    variable: storeUrl(
      ['redis://', 'rediss://', 'memory:'],
      'redis://127.0.0.1:6379',
      'Redis of this service.',
    ),
  },
  search: {
    name: 'SEARCH_URL',
    variable: storeUrl(
      ['http://', 'https://', 'memory:'],
      'http://127.0.0.1:9200',
      'OpenSearch of this service.',
    ),
  },
  kafka: {
    name: 'KAFKA_BROKERS',
    variable: variable(
      z
        .string({ error: 'is missing' })
        .regex(/^(?:memory:|[^\s,:]+:[0-9]{1,5}(?:,[^\s,:]+:[0-9]{1,5})*)$/, 'must be host:port[,host:port…]')
        .transform((text) => new Secret(text)),
      '127.0.0.1:9092',
      'Kafka brokers.',
    ),
  },
};

/** Every dependency of a row: its stores, and the bus when it publishes or consumes. */
export function dependenciesOf(row: ServiceRow): Dependency[] {
  const usesBus = row.publishes.length > 0 || row.consumes.length > 0;
  return [...row.stores, ...(usesBus ? (['kafka'] as const) : [])];
}

/** Name of the variable that says where a dependency is. */
export function variableOf(dependency: Dependency): string {
  return dependencyVariables[dependency].name;
}

/** Name of the variable that holds the origin of a called service, for example `PRODUCT_URL`. */
export function callVariableOf(callee: ServiceName): string {
  return `${callee.toUpperCase()}_URL`;
}

/** The variables of a row's stores and bus. */
export function dependencyVariablesOf(row: ServiceRow): Readonly<Record<string, Variable<Secret<string>>>> {
  return Object.fromEntries(
    dependenciesOf(row).map((dependency) => {
      const { name, variable: declared } = dependencyVariables[dependency];
      return [name, declared];
    }),
  );
}

/** The variables of a row's declared calls. */
export function callVariablesOf(row: ServiceRow): Readonly<Record<string, Variable<string>>> {
  return Object.fromEntries(
    row.calls.map((call) => [
      callVariableOf(call.to),
      originUrl(`http://${call.to}-service`, `Origin of the ${call.to} service, which this one calls.`),
    ]),
  );
}
