import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** A TCP link to an API server that can be cut, and that can fall silent. */
export interface Link {
  readonly port: number;
  /** Resets every connection; new ones work. */
  cut(): void;
  /** New connections go there. */
  retarget(port: number): void;
  /** While true no byte passes in either direction, and connections stay open. */
  freeze(frozen: boolean): void;
  close(): Promise<void>;
}

/** Opens a link on a free loopback port to the given one. */
export async function openLink(target: { host: string; port: number }): Promise<Link> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let frozen = false;
  const server = createServer((near) => {
    const pair = [near, connect(target)] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [pair[1], pair[0]] as const]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
      if (frozen) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // A listening TCP server always has an address object.
    port: (server.address() as AddressInfo).port,
    cut() {
      for (const [near] of pairs) near.resetAndDestroy();
    },
    retarget(port) {
      target.port = port;
    },
    freeze(now) {
      frozen = now;
      for (const socket of [...pairs].flat()) {
        if (now) socket.pause();
        else socket.resume();
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const [near] of pairs) near.destroy();
      }),
  };
}
