import { createServer, type RequestListener, type Server } from 'node:http';
import { withTimeout } from '../readiness.ts';

// Longer than Envoy keeps an idle connection to us (1 h): the proxy closes first, so no request of its meets a
// socket that we are closing.
const keepAliveMs = 3_660_000;

/** A listening server on the address. Rejects when the port is taken. */
export async function listen(listener: RequestListener, port: number, address: string): Promise<Server> {
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: 60_000, requestTimeout: 300_000 },
    listener,
  );
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
  try {
    await withTimeout(closed, deadlineMs);
    return 'finished';
  } catch {
    server.closeAllConnections();
    await closed;
    return 'cut';
  }
}
