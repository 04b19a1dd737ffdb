import { passwordVariable, type StoreServer, tenantsOf } from './server.ts';

/** Redis with an append-only file; services are kept apart by numbered database. */
export function redisServer(secret: string, dataPath: string): StoreServer {
  return {
    args: [
      'redis-server',
      ...['--dir', dataPath],
      ...['--appendonly', 'yes'],
      ...['--requirepass', '$(REDIS_PASSWORD)'],
    ],
    env: [passwordVariable('REDIS_PASSWORD', secret, 'password')],
    scratch: ['/tmp'],
    readOnlyRoot: true,
    passwords: ['password'],
  };
}

/** Number of a service's database. */
export function redisDatabase(tenant: string): number {
  return tenantsOf('redis').indexOf(tenant);
}
