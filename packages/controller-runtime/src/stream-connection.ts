import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { type AnswerHead, readHead } from './answer-head.ts';
import { ChunkedBody } from './chunked-body.ts';
import { limitConnect } from './connect-limit.ts';
import type { RequestAuth } from './credentials.ts';
import { ConnectionError } from './errors.ts';
import type { Exchange } from './transport.ts';

/** Where and how to connect. */
interface StreamTarget {
  readonly base: URL;
  readonly auth: RequestAuth;
  readonly connectMs: number;
  readonly keepAliveMs: number;
}

/** A body in pieces; each piece is valid until the next one is asked for. */
export type Pieces = AsyncIterable<Buffer>;

const SMALLEST = 16 * 1024;
const LARGEST = 256 * 1024;

/**
 * One request on a connection of its own, whose answer may never end. node:http would make an object of every chunk, which
 * costs more than all that we do with a watch event; here bytes are read into one buffer again and again.
 */
export class StreamConnection implements AsyncIterator<Buffer> {
  readonly #socket: Socket;
  #buffer = Buffer.allocUnsafeSlow(SMALLEST);
  #head: AnswerHead | undefined;
  #headBytes = Buffer.alloc(0);
  #chunked: ChunkedBody | undefined;
  /** Bytes of a body of known length that are still to come. */
  #left = Number.POSITIVE_INFINITY;
  #piece: Buffer | undefined;
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => {};
  readonly #signal: AbortSignal | undefined;

  constructor(target: StreamTarget, exchange: Exchange, onClose: () => void) {
    this.#signal = exchange.signal;
    const { base, auth, connectMs, keepAliveMs } = target;
    const host = base.hostname.replace(/^\[|\]$/g, '');
    const secure = base.protocol === 'https:';
    const port = Number(base.port || (secure ? 443 : 80));
    const onread = {
      buffer: () => this.#buffer,
      callback: (length: number) => this.#read(length),
    };
    // A name goes into the handshake, an address does not; both are checked against the certificate.
    const servername = isIP(host) === 0 ? host : undefined;
    this.#socket = secure
      ? tlsConnect({ ...secretsOf(auth, servername), host, port, ...{ onread } })
      : tcpConnect({ host, port, onread });
    limitConnect(this.#socket, secure, connectMs, (late) => this.#fail(late));
    this.#socket.setKeepAlive(true, keepAliveMs);
    this.#socket.setNoDelay(true);
    this.#socket.once(secure ? 'secureConnect' : 'connect', () =>
      this.#socket.write(requestText(base, exchange, auth.headers)),
    );
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.once('end', () => this.#end());
    this.#socket.once('close', () => {
      this.#end();
      onClose();
      this.#signal?.removeEventListener('abort', this.#onAbort);
    });
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (this.#signal?.aborted === true) this.#onAbort();
  }

  /** Resolves with the head of the answer; rejects with `ConnectionError`. */
  async head(): Promise<AnswerHead> {
    while (this.#head === undefined) {
      if (this.#error !== undefined || this.#ended) {
        const why = this.#error?.message ?? 'the connection was closed';
        throw new ConnectionError(`no answer from the API server: ${why}`, this.#error);
      }
      await this.#change();
    }
    return this.#head;
  }

  /** The body; may be asked for once. */
  get body(): Pieces {
    return { [Symbol.asyncIterator]: () => this };
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    while (this.#piece === undefined && this.#error === undefined && !this.#ended) {
      const changed = this.#change();
      this.#socket.resume();
      await changed;
    }
    if (this.#piece !== undefined) {
      const value = this.#piece;
      this.#piece = undefined;
      return { done: false, value };
    }
    if (this.#error !== undefined) throw this.#error;
    return { done: true, value: undefined };
  }

  /** Closes the connection. */
  close(): void {
    this.#fail(new Error('the connection was closed'));
  }

  async return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#socket.destroy();
    return { done: true, value: undefined };
  }

  readonly #onAbort = (): void => this.#fail(new Error('the request was aborted'));

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
    this.#wake();
  }

  /** The server has said all it will; whether that was all it had to say, the framing tells. */
  #end(): void {
    if (this.#ended || this.#error !== undefined) return;
    const complete = this.#chunked?.done ?? (this.#head !== undefined && !Number.isFinite(this.#left));
    if (complete || this.#left === 0) this.#ended = true;
    else this.#error = new Error('the connection was closed');
    this.#wake();
  }

  /** Takes in bytes; false stops the reading until somebody has used them. */
  #read(length: number): boolean {
    try {
      const used = this.#head === undefined ? this.#readHead(length) : 0;
      if (this.#head === undefined) return true;
      const piece = this.#takeBody(used, length);
      const complete = this.#chunked?.done === true || this.#left === 0;
      if (piece.length > 0) this.#piece = piece;
      if (complete) {
        this.#ended = true;
        this.#socket.destroy();
      }
      this.#wake();
      return piece.length === 0 && used === 0 && !complete;
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return false;
    } finally {
      // A full buffer says that more is waiting: the old one stays with the piece that is in it.
      if (length === this.#buffer.length && length < LARGEST)
        this.#buffer = Buffer.allocUnsafeSlow(length * 2);
    }
  }

  /** Where in the buffer the body begins. */
  #readHead(length: number): number {
    this.#headBytes = Buffer.concat([this.#headBytes, this.#buffer.subarray(0, length)]);
    for (;;) {
      const head = readHead(this.#headBytes);
      if (head === undefined) return length;
      if (head.status >= 200) {
        const rest = this.#headBytes.length - head.length;
        this.#begin(head);
        return length - rest;
      }
      // 100 and its like only announce the answer.
      this.#headBytes = this.#headBytes.subarray(head.length);
    }
  }

  #begin(head: AnswerHead): void {
    this.#head = head;
    this.#headBytes = Buffer.alloc(0);
    const { 'transfer-encoding': coding, 'content-length': size } = head.headers;
    if (coding?.toLowerCase() === 'chunked') this.#chunked = new ChunkedBody();
    else if (coding !== undefined) throw new Error(`the answer is coded as ${coding}`);
    else if (size !== undefined) this.#left = Number(size);
  }

  #takeBody(start: number, end: number): Buffer {
    if (this.#chunked !== undefined) return this.#chunked.take(this.#buffer, start, end);
    const piece = this.#buffer.subarray(start, Math.min(end, start + this.#left));
    this.#left -= piece.length;
    return piece;
  }
}

/** What of the credentials a handshake needs. */
function secretsOf({ tls }: RequestAuth, servername: string | undefined): ConnectionOptions {
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized } = tls;
  const secrets = { ca, cert, key, pfx, passphrase, servername: tls.servername ?? servername };
  // Undefined would mean that no certificate is checked.
  return {
    ALPNProtocols: ['http/1.1'],
    ...secrets,
    ...(rejectUnauthorized === false && { rejectUnauthorized }),
  };
}

function requestText(base: URL, { method, path, headers }: Exchange, own: Record<string, string>): string {
  const lines = Object.entries({ host: base.host, connection: 'close', ...own, ...headers }).map(
    ([name, value]) => {
      if (/[\r\n]/.test(name + value)) throw new Error(`the header ${name} has a line break`);
      return `${name}: ${value}`;
    },
  );
  return `${method} ${base.pathname.replace(/\/$/, '')}${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
