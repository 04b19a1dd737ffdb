import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { onTestFinished } from 'vitest';

/** A Service of Kubernetes in small: spreads connections over ready pods, and learns late who is no longer ready. */
export type Balancer = {
  readonly origin: string;
  /** Takes a pod in and resolves once it gets connections. */
  readonly add: (port: number) => Promise<void>;
  readonly remove: (port: number) => void;
};

// How long a pod that is no longer ready still gets new connections, at most.
const lagMs = 300;

/** Starts a balancer on loopback; it ends with the test. */
export async function startBalancer(): Promise<Balancer> {
  const ready = new Map<number, boolean>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const live = [...ready].flatMap(([port, isReady]) => (isReady ? [port] : []));
    turn += 1;
    const upstream = connect(live[turn % live.length] ?? 1, '127.0.0.1');
    sockets.add(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.resetAndDestroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const watching = new AbortController();
  onTestFinished(async () => {
    watching.abort();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const look = async (port: number): Promise<void> => {
    const isReady = await isReadyAt(port);
    if (ready.has(port)) ready.set(port, isReady);
  };
  const watch = async (): Promise<void> => {
    while (!watching.signal.aborted) {
      await Promise.all([...ready.keys()].map(look));
      await pause(lagMs);
    }
  };
  void watch();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    add: async (port) => {
      ready.set(port, await isReadyAt(port));
    },
    remove: (port) => ready.delete(port),
  };
}

async function isReadyAt(port: number): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}/ready`);
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
