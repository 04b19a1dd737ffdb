/** The stand-in for an API server: plays one recorded fleet to whoever lists and watches it. A process of its own. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expired, Feed, type Plan } from './feed.ts';

/** What the bench tells the feeder. */
export type FeederOrder =
  | { readonly order: 'begin' }
  | { readonly order: 'publish'; readonly to: number }
  | { readonly order: 'disturb'; readonly cuts: number; readonly expiries: number }
  | { readonly order: 'report' };

/** What the feeder tells the bench. */
export type FeederReport = {
  readonly port: number;
  readonly lists: number;
  readonly watches: number;
  readonly expired: number;
  readonly truth?: readonly (readonly [string, string])[];
};

type Watcher = { readonly socket: Socket; sent: number; waiting: boolean };

const bytesAtOnce = 200;

class Feeder {
  readonly #feed: Feed;
  readonly #plan: Plan;
  readonly #watchers = new Set<Watcher>();
  #position = 0;
  /** Versions before this position are compacted away. */
  #oldest = 0;
  #lists = 0;
  #watches = 0;
  #expired = 0;
  #onWatch: () => void = () => {};

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#feed = new Feed(plan);
  }

  begin(): void {
    this.#cut();
    [this.#position, this.#oldest, this.#lists, this.#watches, this.#expired] = [0, 0, 0, 0, 0];
  }

  publish(to: number): void {
    this.#position = to;
    for (const watcher of this.#watchers) this.#pump(watcher);
  }

  /** Plays everything, and on the way cuts connections in the middle of a line and forgets versions, spread evenly. */
  async disturb(cuts: number, expiries: number): Promise<void> {
    const faults = cuts + expiries;
    for (let fault = 1; fault <= faults; fault += 1) {
      if (!(await this.#someoneWatches())) return;
      const expires = Math.floor((fault * expiries) / faults) > Math.floor(((fault - 1) * expiries) / faults);
      const to = Math.floor((fault * this.#plan.events) / (faults + 1));
      this.publish(Math.floor((this.#position + to) / 2));
      await this.#cutMidway();
      this.#position = to;
      if (expires) this.#oldest = to;
    }
    if (await this.#someoneWatches()) this.publish(this.#plan.events);
  }

  report(port: number, withTruth: boolean): FeederReport {
    const truth = withTruth ? [...this.#feed.truth(this.#position)] : undefined;
    return { port, lists: this.#lists, watches: this.#watches, expired: this.#expired, truth };
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { searchParams } = new URL(request.url ?? '', 'http://feeder');
    const version = searchParams.get('resourceVersion') ?? '';
    if (searchParams.get('watch') !== 'true') {
      const start = Number(searchParams.get('continue') ?? 0);
      if (start === 0) this.#lists += 1;
      const limit = Number(searchParams.get('limit') ?? this.#plan.objects);
      response.setHeader('content-type', 'application/json');
      response.end(this.#feed.list(this.#position, start, limit));
      return;
    }
    const initial = searchParams.get('sendInitialEvents') === 'true';
    const from = initial ? this.#position : this.#feed.positionOf(version);
    this.#watches += 1;
    if (initial) this.#lists += 1;
    if (!initial && from < this.#oldest) this.#refuse(response);
    else this.#stream(response, from, initial);
  }

  /** The API server says 410 in one of two ways: as an answer, or as the first event of a watch. */
  #refuse(response: ServerResponse): void {
    this.#expired += 1;
    if (this.#expired % 2 === 0) {
      response.writeHead(410, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', code: 410, reason: 'Expired' }));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    response.flushHeaders();
    response.socket?.end(Buffer.concat([expired, Buffer.from('0\r\n\r\n')]));
  }

  #stream(response: ServerResponse, from: number, initial: boolean): void {
    const { socket } = response;
    if (socket === null) return;
    response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    response.flushHeaders();
    socket.setNoDelay(true);
    const watcher = { socket, sent: from, waiting: false };
    if (initial) socket.write(this.#feed.initialEvents(from));
    this.#watchers.add(watcher);
    socket.once('close', () => this.#watchers.delete(watcher));
    // A client that leaves early resets the connection: that is its right.
    socket.on('error', () => {});
    this.#pump(watcher);
    this.#onWatch();
  }

  /** Ends every connection in the middle of what it carries. */
  #cut(): void {
    for (const { socket } of this.#watchers) socket.destroy();
    this.#watchers.clear();
  }

  /** Sends half of the next event behind what is published, and cuts. */
  async #cutMidway(): Promise<void> {
    const next = this.#feed.events(this.#position, this.#position + 1);
    const half = next.subarray(0, next.length >> 1);
    for (const watcher of this.#watchers) {
      while (watcher.waiting) await new Promise((resolve) => watcher.socket.once('drain', resolve));
      await new Promise<void>((resolve) => watcher.socket.write(half, () => resolve()));
    }
    this.#cut();
  }

  /** Sends what is published, no faster than the client reads. */
  #pump(watcher: Watcher): void {
    if (watcher.waiting) return;
    while (watcher.sent < this.#position) {
      const to = Math.min(this.#position, watcher.sent + bytesAtOnce);
      const flowing = watcher.socket.write(this.#feed.events(watcher.sent, to));
      watcher.sent = to;
      if (!flowing) {
        watcher.waiting = true;
        watcher.socket.once('drain', () => {
          watcher.waiting = false;
          this.#pump(watcher);
        });
        return;
      }
    }
  }

  /** Resolves with false when nobody has come back for 20 s: that informer has ended. */
  #someoneWatches(): Promise<boolean> {
    if (this.#watchers.size > 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), 20_000);
      this.#onWatch = () => {
        clearTimeout(timer);
        this.#onWatch = () => {};
        resolve(true);
      };
    });
  }
}

const feeder = new Feeder({ objects: Number(process.argv[2]), events: Number(process.argv[3]) });
const server = createServer((request, response) => feeder.answer(request, response));
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  // A listening TCP server has an address of this shape.
  const { port } = server.address() as AddressInfo;
  const report = (withTruth = false) => process.send?.(feeder.report(port, withTruth));
  process.on('message', (message) => {
    // Only the bench has the other end of this channel.
    const order = message as FeederOrder;
    if (order.order === 'report') report(true);
    else if (order.order === 'disturb')
      void feeder.disturb(order.cuts, order.expiries).then(() => report(true));
    else {
      if (order.order === 'begin') feeder.begin();
      else feeder.publish(order.to);
      report();
    }
  });
  report();
});
process.on('disconnect', () => process.exit(0));
