import { backoffDelay } from './backoff.ts';
import { bodyText } from './body-text.ts';
import type { Cancel, Clock } from './clock.ts';
import { pause, systemClock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { StatusBody } from './errors.ts';
import { ApiError, ConnectionError } from './errors.ts';
import type { Pieces } from './stream-connection.ts';
import type { Answer, Exchange } from './transport.ts';
import { readText, Transport } from './transport.ts';

/** How a client behaves; every field but `credentials` has a default. */
export interface ApiClientOptions {
  readonly credentials: Credentials;
  /** Sent as User-Agent; the audit log shows it. */
  readonly userAgent?: string;
  /** Owner of the fields that `apply` sends. */
  readonly fieldManager?: string;
  /** A request without an answer for this long fails; default 30 s. Watches are not bounded by it. */
  readonly timeoutMs?: number;
  /** How often one request is repeated after 429 or a 5xx that carries Retry-After; default 4. */
  readonly retries?: number;
  /** The longest single wait that a Retry-After may impose; default 30 s. */
  readonly maxRetryAfterMs?: number;
  /** Connections for requests (watches have their own); default 16. */
  readonly maxSockets?: number;
  /**
   * Called before each write, and again when its connection takes it; throwing refuses it. Leader election uses it to
   * fence a deposed leader.
   */
  readonly beforeWrite?: () => void;
  /** Called after each answer, for metrics. */
  readonly onAnswer?: (method: string, status: number, milliseconds: number) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** Values of a URL query; undefined ones are left out. */
export type Query = Record<string, string | number | boolean | undefined>;

/** One request to the API server. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/** A request that waits for its answer, until its time is over. */
interface Unanswered {
  readonly since: number;
  cancel: Cancel;
  giveUp(error: Error): void;
}

const JSON_TYPE = 'application/json';

/** Sends requests as one identity: repeats what may be repeated, renews credentials, bounds every wait. */
export class RequestSender {
  readonly #options: ApiClientOptions;
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #streams: Transport;
  readonly #unanswered = new Set<Unanswered>();

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#transport = new Transport(options.credentials, options.maxSockets ?? 16);
    this.#streams = new Transport(options.credentials, Number.POSITIVE_INFINITY);
  }

  /** Sends a request and returns the parsed answer; rejects with `ApiError` or `ConnectionError`. */
  async request<T>(request: ApiRequest): Promise<T> {
    const retries = this.#options.retries ?? 4;
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once<T>(request);
      } catch (error) {
        request.signal?.throwIfAborted();
        if (error instanceof ApiError && error.status === 401 && !renewed) {
          renewed = true;
          this.#options.credentials.refresh();
          continue;
        }
        const wait = this.#retryDelay(error, attempt, request.method);
        if (wait === undefined || attempt > retries) throw error;
        await pause(this.#clock, wait, request.signal);
        request.signal?.throwIfAborted();
      }
    }
  }

  /** Opens an endless answer, on connections of its own; only its beginning is bounded in time. */
  async stream(request: ApiRequest): Promise<Pieces> {
    return await this.#bounded(request, async (signal, begun) => {
      const answer = await this.#send({ ...request, signal }, (exchange) => this.#streams.open(exchange));
      if (answer.status === 200) {
        begun();
        return answer.body;
      }
      if (answer.status === 401) this.#options.credentials.refresh();
      throw toApiError(answer, await readText(answer.body));
    });
  }

  /** Gives every request under way this long for its answer, counted from when it was sent. */
  giveUp(olderThanMs: number): void {
    const lost = new ConnectionError('no answer, and later requests were answered', undefined);
    for (const request of this.#unanswered) {
      const left = request.since + olderThanMs - this.#clock.monotonic();
      request.cancel();
      if (left <= 0) request.giveUp(lost);
      else request.cancel = this.#clock.after(left, () => request.giveUp(lost));
    }
  }

  /** Closes all connections; requests and streams under way fail. */
  close(): void {
    this.#transport.close();
    this.#streams.close();
  }

  #once<T>(request: ApiRequest): Promise<T> {
    return this.#bounded(request, async (signal) => {
      const answer = await this.#send({ ...request, signal }, (exchange) => this.#transport.send(exchange));
      const text = await readText(answer.body);
      if (answer.status < 200 || answer.status > 299) throw toApiError(answer, text);
      return parse<T>(text);
    });
  }

  /** Runs `work` under the caller's signal and the time limit; calling `begun` lifts the limit and keeps the signal. */
  async #bounded<T>(
    request: ApiRequest,
    work: (signal: AbortSignal, begun: () => void) => Promise<T>,
  ): Promise<T> {
    const deadline = new AbortController();
    const abort = (): void => deadline.abort(request.signal?.reason);
    const timeoutMs = this.#options.timeoutMs ?? 30_000;
    request.signal?.addEventListener('abort', abort, { once: true });
    if (request.signal?.aborted === true) abort();
    const giveUp = (error: Error): void => deadline.abort(error);
    const late = new Error(`no answer in ${timeoutMs} ms`);
    const waiting: Unanswered = {
      since: this.#clock.monotonic(),
      cancel: this.#clock.after(timeoutMs, () => giveUp(late)),
      giveUp,
    };
    this.#unanswered.add(waiting);
    let keepSignal = false;
    try {
      return await work(deadline.signal, () => {
        this.#unanswered.delete(waiting);
        keepSignal = true;
      });
    } finally {
      this.#unanswered.delete(waiting);
      waiting.cancel();
      if (!keepSignal) request.signal?.removeEventListener('abort', abort);
    }
  }

  async #send(request: ApiRequest, send: (exchange: Exchange) => Promise<Answer>): Promise<Answer> {
    const beforeWire = request.method === 'GET' ? undefined : this.#options.beforeWrite;
    beforeWire?.();
    const body = request.body === undefined ? undefined : bodyText(request.body);
    const headers: Record<string, string> = {
      accept: request.accept ?? JSON_TYPE,
      'user-agent': this.#options.userAgent ?? '@ecommercestack/controller-runtime',
    };
    if (body !== undefined) {
      headers['content-type'] = request.contentType ?? JSON_TYPE;
      headers['content-length'] = String(Buffer.byteLength(body));
    }
    const started = this.#clock.monotonic();
    const path = request.path + encodeQuery(request.query ?? {});
    const answer = await send({
      method: request.method,
      path,
      headers,
      body,
      signal: request.signal,
      beforeWire,
    });
    this.#options.onAnswer?.(request.method, answer.status, this.#clock.monotonic() - started);
    return answer;
  }

  /** How long to wait before repeating, or undefined where repeating is wrong or useless. */
  #retryDelay(error: unknown, attempt: number, method: string): number | undefined {
    const random = this.#options.random ?? Math.random;
    if (error instanceof ConnectionError) {
      // Most likely nothing was processed; and all but a create may be sent twice without acting twice.
      return error.staleConnection && method !== 'POST' ? 0 : undefined;
    }
    if (!(error instanceof ApiError)) return undefined;
    if (error.retryAfterMs !== undefined && (error.status === 429 || error.status >= 500)) {
      return Math.min(error.retryAfterMs, this.#options.maxRetryAfterMs ?? 30_000) * (1 + random() * 0.2);
    }
    return error.status === 429 ? backoffDelay({ base: 500, cap: 8_000 }, attempt, random) : undefined;
  }
}

function encodeQuery(query: Query): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function parse<T>(text: string): T {
  try {
    // The caller names the type of what it asked the API server for; nothing here can check it.
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ConnectionError('the answer is not JSON', error);
  }
}

function toApiError(answer: Answer, text: string): ApiError {
  let body: StatusBody = { message: text.slice(0, 500) || undefined };
  try {
    const parsed: unknown = JSON.parse(text);
    // A Status has only optional members, so any object is one.
    if (typeof parsed === 'object' && parsed !== null) body = parsed as StatusBody;
  } catch {
    // Proxies answer in HTML or plain text; the text itself is then the message.
  }
  const header = answer.headers['retry-after'];
  const seconds = header === undefined ? body.details?.retryAfterSeconds : Number(header);
  const waitMs =
    seconds !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  return new ApiError(answer.status, body, waitMs);
}
