import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

type Line = { readonly client: Socket; readonly upstream: Socket; held: Buffer[]; isEnding: boolean };

/**
 * A TCP relay between one process and its API server. Frozen, it keeps what the process sends, as a network does that
 * lost its way for a while, and lets everything through that comes back. It leaves from a loopback address of its own,
 * by which the audit log tells whose requests they are.
 */
export class Wire {
  readonly port: number;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #frozen = false;

  private constructor(server: Server) {
    this.#server = server;
    // A listening TCP server has an address of this shape.
    this.port = (server.address() as AddressInfo).port;
  }

  /** Starts a relay to `target` that leaves from the loopback address `from`. */
  static async start(target: { host: string; port: number }, from: string): Promise<Wire> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const wire = new Wire(server);
    server.on('connection', (client) => wire.#join(client, connect({ ...target, localAddress: from })));
    return wire;
  }

  /** Bytes that the process sent and the API server has not got. */
  get held(): number {
    return [...this.#lines].reduce(
      (sum, { held }) => sum + held.reduce((all, part) => all + part.length, 0),
      0,
    );
  }

  /** Keeps what the process sends from now on. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Delivers what was kept, in order, also on connections that the process has given up meanwhile. */
  thaw(): void {
    this.#frozen = false;
    for (const line of this.#lines) {
      for (const part of line.held.splice(0)) line.upstream.write(part);
      if (line.isEnding) line.upstream.end();
    }
  }

  /** Resets every connection: the next request needs a new one. */
  cut(): void {
    for (const { client, upstream } of this.#lines) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  }

  async close(): Promise<void> {
    for (const { client, upstream } of this.#lines) {
      client.destroy();
      upstream.destroy();
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket, upstream: Socket): void {
    const line: Line = { client, upstream, held: [], isEnding: false };
    this.#lines.add(line);
    client.on('data', (part: Buffer) => {
      if (this.#frozen) line.held.push(part);
      else upstream.write(part);
    });
    client.on('error', () => undefined);
    client.on('close', () => {
      line.isEnding = true;
      if (line.held.length === 0) upstream.end();
    });
    upstream.pipe(client);
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => {
      this.#lines.delete(line);
      client.destroy();
    });
  }
}
