import type { StoreServer } from './server.ts';

/** OpenSearch as a single node. The mesh, not a password, decides who reaches it: the index holds no secrets. */
export function searchServer(heap: string): StoreServer {
  return {
    env: [
      { name: 'discovery.type', value: 'single-node' },
      { name: 'DISABLE_SECURITY_PLUGIN', value: 'true' },
      { name: 'DISABLE_INSTALL_DEMO_CONFIG', value: 'true' },
      { name: 'OPENSEARCH_JAVA_OPTS', value: `-Xms${heap} -Xmx${heap}` },
    ],
    scratch: ['/tmp', '/usr/share/opensearch/logs'],
    // The image creates its key store beside its configuration.
    readOnlyRoot: false,
    passwords: [],
  };
}
