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
  const { origin, username, password } = new URL(url);
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  );
  const headers = username === '' ? {} : { authorization: `Basic ${login}` };
  return {
    ping: async () => {
      const { statusCode, body } = await request(`${origin}/_cluster/health`, { dispatcher: agent, headers });
      await body.dump();
      if (statusCode !== 200) throw new Error(`search answers ${statusCode}`);
    },
    close: () => agent.close(),
  };
}
