import { Agent, request } from 'undici';
import type { SearchStore } from './stores.ts';

/** Asks OpenSearch whether it is there, over the plain HTTP that its health call speaks. */
export function createOpenSearch(url: string): SearchStore {
  const agent = new Agent({
    connect: { timeout: 2000 },
    headersTimeout: 2000,
    bodyTimeout: 2000,
    connections: 2,
  });
  const health = new URL('/_cluster/health', url);
  return {
    ping: async () => {
      const { statusCode, body } = await request(health, { dispatcher: agent });
      await body.dump();
      if (statusCode !== 200) throw new Error(`search answers ${statusCode}`);
    },
    close: () => agent.close(),
  };
}
