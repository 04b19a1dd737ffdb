import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from './server.ts';

export type Door = {
  readonly port: number;
  /** Lets connections through to the server behind. */
  readonly open: () => Promise<void>;
  /** Refuses connections and breaks those there are. */
  readonly shut: () => Promise<void>;
  /**
   * Keeps connections, old and new, and lets nothing through any more: a peer that is gone without a word. Those stay
   * silent for ever; connections made after `speak` are let through again.
   */
  readonly fallSilent: () => void;
  readonly speak: () => void;
};

/** A port in front of a server that can be shut, so that a client sees the server go and come. It begins shut. */
export async function aDoorTo(serverPort: number): Promise<Door> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((client) => {
    if (silent) {
      sockets.add(client);
      client.on('error', () => {});
      client.resume();
      return;
    }
    const upstream = connect(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  const shut = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(shut);
  return {
    port,
    open: () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve)),
    shut,
    fallSilent: () => {
      silent = true;
      for (const socket of sockets) {
        socket.unpipe();
        socket.resume();
      }
    },
    speak: () => {
      silent = false;
    },
  };
}
