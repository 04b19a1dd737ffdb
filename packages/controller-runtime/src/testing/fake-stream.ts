import type { ServerResponse } from 'node:http';
import type { StatusBody } from '../errors.ts';
import type { KubeObject } from '../object.ts';

/** One open watch of the fake API server, with everything a hostile server can do to it. */
export class FakeStream {
  readonly collection: string;
  readonly query: URLSearchParams;
  readonly #response: ServerResponse;
  readonly #detach: () => void;
  #muted = false;

  constructor(collection: string, query: URLSearchParams, response: ServerResponse, detach: () => void) {
    this.collection = collection;
    this.query = query;
    this.#response = response;
    this.#detach = detach;
  }

  /** Sends one event. */
  send(type: string, object: KubeObject | StatusBody): void {
    this.raw(`${JSON.stringify({ type, object })}\n`);
  }

  /** Sends a bookmark. */
  bookmark(version: number, annotations?: Record<string, string>): void {
    this.send('BOOKMARK', { metadata: { name: '', resourceVersion: String(version), annotations } });
  }

  /** Sends an in-stream ERROR. */
  error(status: StatusBody): void {
    this.send('ERROR', status);
  }

  /** Sends any bytes at all. */
  raw(bytes: string | Buffer): void {
    if (!this.#muted) this.#response.write(bytes);
  }

  /** From now on nothing is sent, but the connection stays open: a half-open link. */
  mute(): void {
    this.#muted = true;
  }

  /** Ends the stream in order, as a server does at its time limit. */
  end(): void {
    this.#detach();
    this.#response.end();
  }

  /** Cuts the connection with a TCP reset. */
  reset(): void {
    this.#detach();
    this.#response.socket?.resetAndDestroy();
  }
}
