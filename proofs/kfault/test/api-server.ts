import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Stands for an API server: remembers what it was asked and lets a test write into its watches. */
export type Server = {
  readonly kubeconfig: string;
  /** `METHOD path` of everything that arrived. */
  readonly asked: string[];
  readonly watches: ServerResponse[];
  close(): void;
};

/** Starts one on loopback; every request but a watch is answered 200 with a body that is long enough to halve. */
export async function startServer(directory: string): Promise<Server> {
  const asked: string[] = [];
  const watches: ServerResponse[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    if (request.url?.includes('watch=true') !== true) {
      response.end('{"kind":"Something"}');
      return;
    }
    response.flushHeaders();
    watches.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address of this shape.
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(directory, 'kubeconfig');
  const config = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'x', user: {} }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  return {
    ...{ kubeconfig, asked, watches },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
