import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { TLSSocket } from 'node:tls';
import { limitConnect } from './connect-limit.ts';
import type { Credentials, RequestAuth } from './credentials.ts';
import { ConnectionError } from './errors.ts';
import { type Pieces, StreamConnection } from './stream-connection.ts';

/** Idle sockets are probed after this long; the kernel gives a dead one up ten seconds later. */
const KEEP_ALIVE_MS = 15_000;

/**
 * A connection that is not there by then is tried anew: the kernel's own pauses between attempts grow so long that a
 * repaired link would stay unnoticed.
 */
const CONNECT_MS = 5_000;

/** One HTTP request, already serialised. */
export interface Exchange {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /**
   * Called when the connection is there and the very next thing is to write to it; throwing refuses the request. A
   * request may wait long for its connection, and whoever may send it can lose the right meanwhile.
   */
  readonly beforeWire?: () => void;
}

/** The head of an answer; `body` still has to be read. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Pieces;
}

/** A pool of kept-alive connections to one API server. */
export class Transport {
  readonly #credentials: Credentials;
  readonly #base: URL;
  readonly #connectMs: number;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #streams = new Set<StreamConnection>();

  constructor(credentials: Credentials, maxSockets: number, connectMs = CONNECT_MS) {
    this.#connectMs = connectMs;
    this.#credentials = credentials;
    this.#base = new URL(credentials.server);
    const options = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, maxSockets };
    this.#agent = this.#base.protocol === 'http:' ? new HttpAgent(options) : new HttpsAgent(options);
  }

  /** Sends one request and resolves with the head of the answer; rejects with `ConnectionError`. */
  async send(exchange: Exchange): Promise<Answer> {
    return await this.#sendAs(await this.#authorize(), exchange);
  }

  /** The same for an answer that may never end, on a connection of its own; its pieces are valid one at a time. */
  async open(exchange: Exchange): Promise<Answer> {
    const auth = await this.#authorize();
    // The way through a proxy is the agent's secret.
    if (auth.agent !== undefined) return await this.#sendAs(auth, exchange);
    const target = { base: this.#base, auth, connectMs: this.#connectMs, keepAliveMs: KEEP_ALIVE_MS };
    const stream: StreamConnection = new StreamConnection(target, exchange, () =>
      this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    const { status, headers } = await stream.head();
    return { status, headers, body: stream.body };
  }

  async #authorize(): Promise<RequestAuth> {
    try {
      return await this.#credentials.authorize();
    } catch (error) {
      throw new ConnectionError('the credentials could not be read', error);
    }
  }

  async #sendAs(auth: RequestAuth, exchange: Exchange): Promise<Answer> {
    const prefix = this.#base.pathname.replace(/\/$/, '');
    const options = {
      ...auth.tls,
      protocol: this.#base.protocol,
      hostname: this.#base.hostname.replace(/^\[|\]$/g, ''),
      port: this.#base.port === '' ? undefined : this.#base.port,
      path: prefix + exchange.path,
      method: exchange.method,
      headers: { ...auth.headers, ...exchange.headers },
      agent: auth.agent ?? this.#agent,
      signal: exchange.signal,
    };
    return await new Promise((resolve, reject) => {
      const request = this.#base.protocol === 'http:' ? httpRequest(options) : httpsRequest(options);
      this.#follow(request, resolve, reject);
      request.once('socket', (socket) => {
        const send = (): void => {
          try {
            exchange.beforeWire?.();
          } catch (error) {
            reject(error);
            request.destroy();
            return;
          }
          request.end(exchange.body);
        };
        const isSecure = socket instanceof TLSSocket;
        const isOpen = isSecure ? socket.getPeerFinished() !== undefined : !socket.connecting;
        // What is written earlier would wait inside the socket.
        if (request.reusedSocket || isOpen) send();
        else socket.once(isSecure ? 'secureConnect' : 'connect', send);
      });
    });
  }

  #follow(request: ClientRequest, resolve: (answer: Answer) => void, reject: (error: Error) => void): void {
    request.once('socket', (socket) => {
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      if (!socket.connecting) return;
      limitConnect(socket, socket instanceof TLSSocket, this.#connectMs, (late) => request.destroy(late));
    });
    request.once('response', (body) => {
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body });
    });
    // Stays attached after the answer has begun: a late error must not become an uncaught exception.
    request.on('error', (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (stale) this.#dropIdle();
      reject(new ConnectionError(`no answer from the API server: ${error.message}`, error, stale));
    });
  }

  /** One dead idle connection is rarely alone: a restarted server closed them all. */
  #dropIdle(): void {
    for (const sockets of Object.values(this.#agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  /** Closes every connection; requests under way fail. */
  close(): void {
    this.#agent.destroy();
    for (const stream of this.#streams) stream.close();
  }
}

/** Reads a whole answer as text; rejects with `ConnectionError` when it breaks off. */
export async function readText(body: Pieces): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  try {
    for await (const piece of body) text += decoder.write(piece);
  } catch (error) {
    throw new ConnectionError('the answer broke off', error);
  }
  return text + decoder.end();
}
