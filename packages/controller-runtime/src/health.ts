import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from '@prometheus-io/client';

/** What a health server answers from. */
export interface HealthOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Default: all interfaces, because the kubelet probes the pod's address. */
  readonly host?: string;
  /** Serves `/readyz`: what is missing, empty when ready. */
  readonly notReady?: () => readonly string[];
  /** Serves `/healthz`: what is broken beyond repair, empty when alive. */
  readonly notAlive?: () => readonly string[];
  /** Serves `/metrics`. */
  readonly registry?: Registry;
}

/** A running health server. */
export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/healthz`, `/readyz` and `/metrics`, each only where its source is given. */
export async function serveHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(options, (request.url ?? '/').split('?')[0] ?? '/', response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A listening TCP server always has an address object.
  const { port } = server.address() as AddressInfo;
  return { port, close: () => close(server) };
}

async function answer(options: HealthOptions, path: string, response: ServerResponse): Promise<void> {
  const send = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
  };
  const judge = (problems: readonly string[]): void => {
    if (problems.length === 0) send(200, 'ok\n');
    else send(503, `${problems.join('\n')}\n`);
  };
  if (path === '/readyz' && options.notReady !== undefined) judge(options.notReady());
  else if (path === '/healthz') judge(options.notAlive?.() ?? []);
  else if (path === '/metrics' && options.registry !== undefined) {
    try {
      send(200, await options.registry.metrics(), options.registry.contentType);
    } catch (error) {
      send(500, `${String(error)}\n`);
    }
  } else send(404, 'not found\n');
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
