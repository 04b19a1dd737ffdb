import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { withTimeout } from '../readiness.ts';
import { answerMalformed } from './malformed.ts';
import { createPending } from './pending.ts';
import type { CommonRefusal } from './problem.ts';

// Longer than Envoy keeps an idle connection to us (1 h): the proxy closes first, so no request of its meets a
// socket that we are closing.
const keepAliveMs = 3_660_000;

/** Takes a connection over that a client asked to make something else of, as for WebSocket. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export type ListenOptions = {
  /** Who takes an upgrade; without anybody the request is answered as if it had not asked for one. */
  readonly upgradeOf: (request: IncomingMessage) => UpgradeListener | undefined;
  /** Called for each message that is no HTTP request. */
  readonly onMalformed: (refusal: CommonRefusal) => void;
};

// Connections that were taken over, which the server itself forgets about.
const upgraded = new WeakMap<Server, Set<Duplex>>();

/** A listening server on the address. Rejects when the port is taken. */
export async function listen(
  listener: RequestListener,
  port: number,
  address: string,
  { upgradeOf, onMalformed }: ListenOptions,
): Promise<Server> {
  const pending = createPending();
  const server = createServer(
    {
      keepAliveTimeout: keepAliveMs,
      headersTimeout: 60_000,
      requestTimeout: 300_000,
      shouldUpgradeCallback: (request) => upgradeOf(request) !== undefined,
    },
    (request, response) => {
      pending.begin(request, response);
      listener(request, response);
    },
  );
  const taken = new Set<Duplex>();
  upgraded.set(server, taken);
  server.on('upgrade', (request, socket, head) => {
    taken.add(socket);
    socket.once('close', () => taken.delete(socket));
    upgradeOf(request)?.(request, socket, head);
  });
  server.on('clientError', (error, socket) => {
    // Requests that came whole before it get their own answers first: this one must not pass for theirs.
    pending.afterWhole(socket, () => {
      const refusal = answerMalformed(error, socket);
      if (refusal !== undefined) onMalformed(refusal);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** The port a server really listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
}

/** Closes the listener and idle connections, lets requests in flight end, and cuts what is left at the deadline. */
export async function closeServer(server: Server, deadlineMs: number): Promise<'finished' | 'cut'> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  // They have no request that could end: whoever is behind them connects again, to another pod.
  for (const socket of upgraded.get(server) ?? []) socket.end();
  try {
    await withTimeout(closed, deadlineMs);
    return 'finished';
  } catch {
    server.closeAllConnections();
    for (const socket of upgraded.get(server) ?? []) socket.destroy();
    await closed;
    return 'cut';
  }
}
