import { passwordVariable, type StoreServer } from './server.ts';

/** MongoDB, one server without a replica set; each service has a database of its own. */
export function mongodbServer(secret: string, dataPath: string): StoreServer {
  return {
    args: ['--dbpath', dataPath, '--bind_ip_all'],
    env: [
      { name: 'MONGO_INITDB_ROOT_USERNAME', value: 'root' },
      passwordVariable('MONGO_INITDB_ROOT_PASSWORD', secret, 'root'),
    ],
    scratch: ['/tmp', '/data/configdb'],
    readOnlyRoot: true,
    passwords: ['root'],
  };
}
