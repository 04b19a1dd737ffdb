import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs a task while no other process runs one under the same name.
 *
 * The lock is a listening socket: the kernel frees it when its holder dies, however it dies, and whoever waits is
 * connected to the holder and wakes when that connection ends. Nothing goes stale and nothing is polled.
 */
export async function withLock<T>(
  name: string,
  task: () => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  const address = lockAddress(name);
  let told = false;
  for (;;) {
    const held = await tryListen(address);
    if (held) {
      try {
        return await task();
      } finally {
        await release(held);
      }
    }
    if (!told) onWait();
    told = true;
    await holderGone(address);
  }
}

interface Held {
  readonly server: Server;
  readonly waiters: Set<{ destroy(): void }>;
}

/** Linux has socket names that lie in no directory; elsewhere the socket is a file. */
function lockAddress(name: string): string {
  const id = `ecommercestack-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux' ? `\0${id}` : join(tmpdir(), `${id}.sock`);
}

function tryListen(address: string): Promise<Held | undefined> {
  return new Promise((resolve, reject) => {
    const waiters: Held['waiters'] = new Set();
    const server = createServer((socket) => {
      waiters.add(socket);
      socket.on('error', () => undefined).on('close', () => waiters.delete(socket));
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve({ server, waiters }));
  });
}

function release({ server, waiters }: Held): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const waiter of waiters) waiter.destroy();
  });
}

function holderGone(address: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.on('error', () => {
      if (!address.startsWith('\0')) rmSync(address, { force: true });
    });
    socket.on('close', () => resolve());
    socket.resume();
  });
}
