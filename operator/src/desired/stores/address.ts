import { blueprints } from '../../api/blueprints.ts';
import type {
  CompletedEventBus,
  CompletedStack,
  CompletedStore,
  CompletedStoreUse,
  EnvironmentVariable,
} from '../../api/completed.ts';
import { redisDatabase } from './redis.ts';
import { passwordVariable, tenantOf } from './server.ts';

/**
 * Variables with which a service reaches a store, all names behind `prefix`. An address is either a key of the user's
 * Secret or put together here from the store's name and a password variable; no password is ever read.
 */
export function storeVariables(
  stack: CompletedStack,
  service: string,
  use: CompletedStoreUse,
  prefix: string,
): EnvironmentVariable[] {
  const url = `${prefix}${use.variable}`;
  if (use.secret !== undefined) return [passwordVariable(url, use.secret.name, use.secret.key)];
  const store = stack.stores.find((candidate) => candidate.store === use.store);
  if (store === undefined || store.mode === 'External') return [];
  const { password, address } = addressOf(stack, store, service, `${url.replace(/_URL$/, '')}_PASSWORD`);
  return [...(password ? [password] : []), { name: url, value: address }];
}

/** `KAFKA_BROKERS`, from the user's Secret or the name of the bootstrap Service. */
export function busVariables(bus: CompletedEventBus): EnvironmentVariable[] {
  const name = 'KAFKA_BROKERS';
  if (bus.mode === 'External') {
    return bus.secret === undefined ? [] : [passwordVariable(name, bus.secret.name, bus.secret.key)];
  }
  const host = bus.mode === 'Strimzi' ? `${bus.objectName}-kafka-bootstrap` : bus.objectName;
  return [{ name, value: `${host}:9092` }];
}

type Address = { password?: EnvironmentVariable; address: string };

function addressOf(stack: CompletedStack, store: CompletedStore, service: string, variable: string): Address {
  const { objectName, mode } = store;
  const { port } = blueprints[stack.blueprint].stores[store.store];
  const tenant = tenantOf(store.store, service);
  const secret = (key: string, name = objectName) => passwordVariable(variable, name, key);
  switch (store.store) {
    case 'postgres': {
      const managed = mode === 'CloudNativePG';
      const host = managed ? `${objectName}-rw` : objectName;
      return {
        password: managed ? secret('password', `${objectName}-${tenant}`) : secret(tenant),
        address: `postgres://${tenant}:$(${variable})@${host}:${port}/${tenant}`,
      };
    }
    case 'mongodb': {
      const managed = mode === 'Percona';
      const [user, host, options] = managed
        ? ['databaseAdmin', `${objectName}-rs0`, 'authSource=admin&replicaSet=rs0']
        : ['root', objectName, 'authSource=admin'];
      return {
        password: managed
          ? secret('MONGODB_DATABASE_ADMIN_PASSWORD', `${objectName}-secrets`)
          : secret('root'),
        address: `mongodb://${user}:$(${variable})@${host}:${port}/${tenant}?${options}`,
      };
    }
    case 'redis':
      return {
        password: secret('password'),
        address: `redis://:$(${variable})@${objectName}:${port}/${redisDatabase(tenant)}`,
      };
    case 'search':
      return mode === 'ECK'
        ? {
            password: secret('elastic', `${objectName}-es-elastic-user`),
            address: `http://elastic:$(${variable})@${objectName}-es-http:${port}`,
          }
        : { address: `http://${objectName}:${port}` };
  }
}
