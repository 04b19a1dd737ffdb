import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type Answer, half, refusal } from './answer.ts';
import { Flow } from './flow.ts';
import type { Lane, NumberedRequest, Place, Plan, RequestRule, StreamFault, Verdict } from './plan.ts';
import { readRequest } from './request.ts';
import { Schedule } from './schedule.ts';
import { EventStream } from './stream.ts';
import { type Forwarded, passedHeaders, readAnswer, type Upstream, upstreamOf } from './upstream.ts';

/**
 * What the harness does at a `Call`. `Dead`: the operator is no more, so everything that it has sent and that has not gone
 * on is thrown away with its connections. `GoOn`: nothing happened to it.
 */
export type Call = (request: NumberedRequest, place: Place) => Promise<'Dead' | 'GoOn'>;

/** How the API server is away: it says nothing, resets every connection, or answers nothing but this status. */
type Outage = 'Silent' | 'Reset' | { readonly status: number };

/** A proxy between one operator and an API server, which does what a plan says. */
export type Kfault = {
  /** Kubeconfig whose server is the proxy: what the operator is started with. */
  readonly kubeconfig: string;
  /** Takes a plan; all numbering begins anew. Streams that are open go on under it. */
  use(plan: Plan, call?: Call): void;
  /** What was seen and done since `use`. */
  verdict(): Verdict;
  /**
   * Milliseconds since a request last came or ended, leases and Events apart; 0 while somebody waits for an answer. Of a
   * watch its opening counts.
   */
  quietFor(): number;
  /** Strikes the open watches (of one resource) at once; returns how many. */
  strike(fault: StreamFault, resource?: string): number;
  /** From now on the API server is away, for open watches too, until `heal`. */
  outage(how: Outage): void;
  /** New requests pass again; connections that are silent stay silent. */
  heal(): void;
  close(): Promise<void>;
};

/** Starts the proxy on loopback before the API server of a kubeconfig; its own kubeconfig goes into the directory. */
export async function startKfault(upstreamKubeconfig: string, directory: string): Promise<Kfault> {
  const proxy = new FaultProxy(upstreamOf(upstreamKubeconfig));
  const port = await proxy.listen();
  const kubeconfig = join(directory, `kfault-${port}.kubeconfig`);
  writeKubeconfig(kubeconfig, port);
  return {
    kubeconfig,
    use: (plan, call) => proxy.use(plan, call),
    verdict: () => proxy.schedule.verdict(),
    quietFor: () => proxy.quietFor(),
    strike: (fault, resource) => proxy.strike(fault, resource),
    outage: (how) => proxy.outage(how),
    heal: () => proxy.heal(),
    close: () => proxy.close(),
  };
}

class FaultProxy {
  schedule = new Schedule({});
  readonly #upstream: Upstream;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #flows = new Set<Flow>();
  #call: Call = async () => 'GoOn';
  #gate: Promise<unknown> | undefined;
  #life = 0;
  #heardAt = performance.now();
  /** Answers that have not begun. */
  readonly #waiting = new Set<ServerResponse>();
  #outage: Outage | undefined;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#server = createServer((request, response) => {
      // What breaks on the way to the API server breaks on the way back as well.
      this.#serve(request, response).catch(() => request.socket.resetAndDestroy());
    });
    // Only the plan ends connections.
    Object.assign(this.#server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.on('error', reject);
      // A listening TCP server has an address of this shape.
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  use(plan: Plan, call: Call = async () => 'GoOn'): void {
    this.schedule = new Schedule(plan, () => performance.now());
    this.#call = call;
  }

  quietFor(): number {
    return this.#waiting.size > 0 ? 0 : performance.now() - this.#heardAt;
  }

  strike(fault: StreamFault, resource?: string): number {
    const struck = [...this.#flows].filter(
      (flow) => flow.isOpen && (resource === undefined || flow.resource === resource),
    );
    for (const flow of struck) flow.strike(fault);
    return struck.length;
  }

  outage(how: Outage): void {
    this.#outage = how;
    if (how === 'Silent') this.strike({ type: 'Silence' });
    if (how === 'Reset') this.strike({ type: 'Cut', how: 'Reset' });
  }

  heal(): void {
    this.#outage = undefined;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#dropConnections();
    await closed;
    this.#upstream.close();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const life = this.#life;
    const chunks: Buffer[] = [];
    // Without setEncoding a request from node:http yields Buffers only.
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    // Whoever passed first may have closed the gate again.
    while (this.#gate !== undefined) await this.#gate;
    if (life !== this.#life) return;
    const { method = 'GET', url = '/' } = incoming;
    const forwarded = { method, url, headers: passedHeaders(incoming.headers), body: Buffer.concat(chunks) };
    if (this.#outage !== undefined) return this.#refuse(this.#outage, response);
    const { schedule } = this;
    const { request, rule } = schedule.request(readRequest(method, url));
    this.#hear(request, response);
    if (rule?.place === 'Before' && !(await this.#befall(rule, request, response))) return;
    if (request.lane === 'watch') return this.#watch(schedule, request, rule, forwarded, response);
    const answer = await this.#upstream.answer(forwarded);
    schedule.answered(request, answer.status);
    if (rule?.fault.type === 'HalfBody') return send(response, half(answer));
    if (rule?.place === 'After' && !(await this.#befall(rule, request, response))) return;
    send(response, answer);
  }

  async #watch(
    schedule: Schedule,
    request: NumberedRequest,
    rule: RequestRule | undefined,
    forwarded: Forwarded,
    response: ServerResponse,
  ): Promise<void> {
    const opened = await this.#upstream.open(forwarded);
    schedule.answered(request, opened.statusCode ?? 0);
    if (rule?.place === 'After' && rule.fault.type !== 'HalfBody') {
      const goesOn = await this.#befall(rule, request, response);
      if (!goesOn) {
        opened.destroy();
        return;
      }
    }
    // A refusal is no stream.
    if (opened.statusCode !== 200) return send(response, await readAnswer(opened));
    response.writeHead(200, passedHeaders(opened.headers));
    response.flushHeaders();
    this.#settle(response, 'watch');
    const initial = forwarded.url.includes('sendInitialEvents=true');
    // Asked of the plan of the moment, which is not the one under which the stream was opened.
    const decide = (facts: Parameters<Schedule['event']>[0]) => this.schedule.event(facts);
    const flow = new Flow(
      request.resource,
      opened,
      response,
      new EventStream(request.resource, initial, decide),
    );
    this.#flows.add(flow);
    response.on('close', () => this.#flows.delete(flow));
    if (rule?.fault.type === 'HalfBody') flow.strike({ type: 'Garbage' });
    if (rule?.fault.type === 'HalfBody') flow.strike({ type: 'Cut', how: 'Fin' });
  }

  #hear({ lane }: NumberedRequest, response: ServerResponse): void {
    if (lane === 'lease' || lane === 'event') return;
    this.#heardAt = performance.now();
    this.#waiting.add(response);
    response.once('close', () => this.#settle(response, lane));
  }

  #settle(response: ServerResponse, lane: Lane): void {
    const isFirst = this.#waiting.delete(response);
    // The end of a stream is no news.
    if (isFirst || lane !== 'watch') this.#heardAt = performance.now();
  }

  /** Does to a request what the rule says; false when nothing is left to be done for it. */
  async #befall(
    { fault, place }: RequestRule,
    request: NumberedRequest,
    response: ServerResponse,
  ): Promise<boolean> {
    switch (fault.type) {
      case 'Call':
        return this.#hold(() => this.#call(request, place));
      case 'Answer':
        send(response, refusal(fault.status, fault.retryAfterSeconds));
        return false;
      case 'Timeout':
        return false;
      case 'Reset':
        response.socket?.resetAndDestroy();
        return false;
      case 'HalfBody':
        return true;
    }
  }

  /** Calls while nothing else passes; true when the request may go on. */
  async #hold(call: () => Promise<'Dead' | 'GoOn'>): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    try {
      if ((await call()) === 'GoOn') return true;
      this.#life += 1;
      this.#dropConnections();
      return false;
    } finally {
      this.#gate = undefined;
      resolve();
    }
  }

  #refuse(outage: Outage, response: ServerResponse): void {
    if (outage === 'Reset') response.socket?.resetAndDestroy();
    else if (outage !== 'Silent') send(response, refusal(outage.status));
  }

  #dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const { 'content-length': _length, ...rest } = headers;
  response.writeHead(status, { ...rest, 'content-length': String(body.length) });
  response.end(body);
}

function writeKubeconfig(file: string, port: number): void {
  const name = 'kfault';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    // Plain HTTP on loopback has no certificate to check, and clients want to be told that this is meant.
    clusters: [{ name, cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
}
