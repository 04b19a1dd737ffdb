import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Credentials } from '../credentials.ts';
import type { StatusBody } from '../errors.ts';
import type { KubeObject, ObjectMeta, Resource } from '../object.ts';
import { keyOf } from '../object.ts';
import { FakeStore } from './fake-store.ts';
import { FakeStream } from './fake-stream.ts';

/** A request as the fake server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly watch: boolean;
}

/** What goes wrong with the next requests that match. */
export interface Fault {
  readonly match?: (request: SeenRequest) => boolean;
  /** How many requests are hit; default 1. */
  times?: number;
  /** An answer instead of the real one, or a TCP reset, or no answer ever, or half of the real answer's body. */
  readonly act:
    | { status: number; body?: StatusBody | string; headers?: Record<string, string> }
    | 'reset'
    | 'hang'
    | 'half';
}

interface Target {
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** An API server in memory, over real HTTP, that lists, watches and writes plain JSON and misbehaves on request. */
export class FakeApiServer {
  readonly store = new FakeStore();
  readonly requests: SeenRequest[] = [];
  readonly faults: Fault[] = [];
  readonly streams: FakeStream[] = [];
  /** When set, other bearer tokens are answered with 401. */
  token: string | undefined;
  /** What clients present; changed by `refresh()` of the credentials. */
  presentedToken = 'first';
  watchListServed = true;
  readonly #served = new Set<string>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** Starts a server on a free loopback port that serves these Kinds. */
  static async start(...resources: Resource[]): Promise<FakeApiServer> {
    const server = createServer();
    const fake = new FakeApiServer(server);
    for (const resource of resources) fake.serve(resource);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** Begins to serve a Kind, as when its CRD is created. */
  serve(resource: Resource): void {
    this.#served.add(collectionOf(resource));
  }

  /** Ceases to serve a Kind, as when its CRD is deleted. */
  unserve(resource: Resource): void {
    this.#served.delete(collectionOf(resource));
    for (const stream of this.streamsOf(resource)) stream.end();
  }

  /** Credentials that lead here; `refresh()` presents whatever token the server wants. */
  credentials(): Credentials {
    // A listening TCP server always has an address object.
    const { port } = this.#server.address() as AddressInfo;
    return {
      server: `http://127.0.0.1:${port}`,
      namespace: 'default',
      authorize: () =>
        Promise.resolve({ headers: { authorization: `Bearer ${this.presentedToken}` }, tls: {} }),
      refresh: () => {
        this.presentedToken = this.token ?? this.presentedToken;
      },
    };
  }

  /** Stores an object as somebody else would. */
  put(resource: Resource, object: KubeObject): KubeObject {
    return this.store.put(collectionOf(resource), object);
  }

  /** Deletes an object as somebody else would. */
  remove(resource: Resource, key: string): void {
    this.store.delete(collectionOf(resource), key);
  }

  /** Reads an object. */
  read(resource: Resource, key: string): KubeObject | undefined {
    return this.store.get(collectionOf(resource), key);
  }

  /** The open watches of a Kind. */
  streamsOf(resource: Resource): FakeStream[] {
    return this.streams.filter((stream) => stream.collection === collectionOf(resource));
  }

  /** Resets every connection, also the idle ones that clients keep for later. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Cuts every connection and stops listening. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = await see(request);
    this.requests.push(seen);
    const fault = this.faults.find((each) => (each.times ?? 1) > 0 && (each.match?.(seen) ?? true));
    if (fault !== undefined) fault.times = (fault.times ?? 1) - 1;
    if (fault?.act === 'hang') return;
    if (fault?.act === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    const act = typeof fault?.act === 'object' ? fault.act : undefined;
    if (act !== undefined) send(response, act.status, act.body ?? { code: act.status }, act.headers);
    else if (this.token !== undefined && seen.headers.authorization !== `Bearer ${this.token}`) {
      send(response, 401, status(401, 'Unauthorized'));
    } else this.#serveRequest(seen, response, fault?.act === 'half');
  }

  #serveRequest(seen: SeenRequest, response: ServerResponse, half: boolean): void {
    const target = parsePath(seen.path);
    if (target === undefined || !this.#served.has(target.collection)) {
      send(response, 404, status(404, 'NotFound', 'the server could not find the requested resource'));
    } else if (seen.watch) this.#watch(seen, target, response);
    else {
      const [code, body] = seen.method === 'GET' ? this.#read(seen, target) : this.#write(seen, target);
      if (half) sendHalf(response, body);
      else send(response, code, body);
    }
  }

  #read(seen: SeenRequest, target: Target): [number, unknown] {
    if (target.name !== undefined) {
      const object = this.store.get(target.collection, key(target));
      return object === undefined ? [404, status(404, 'NotFound')] : [200, object];
    }
    const all = this.store
      .list(target.collection, target.namespace)
      .filter((object) => selected(object, seen.query));
    const from = Number(seen.query.get('continue') ?? 0);
    const limit = Number(seen.query.get('limit') ?? all.length);
    const more = from + limit < all.length ? String(from + limit) : undefined;
    const items = all.slice(from, from + limit).map((object) => shown(object, seen));
    return [200, { items, metadata: { resourceVersion: String(this.store.version), continue: more } }];
  }

  #write(seen: SeenRequest, target: Target): [number, unknown] {
    // The client under test sends what its caller gave it; a test that sends nonsense fails by itself.
    const body = (seen.body === '' ? {} : JSON.parse(seen.body)) as KubeObject & DeleteBody;
    if (seen.method === 'POST') {
      const at = { ...target, name: body.metadata.name };
      if (this.store.get(target.collection, key(at)) !== undefined)
        return [409, status(409, 'AlreadyExists')];
      return [201, this.#put(seen, target, body)];
    }
    const previous = this.store.get(target.collection, key(target));
    if (seen.method === 'DELETE') return this.#delete(target, previous, body);
    const apply = seen.headers['content-type'] === 'application/apply-patch+yaml';
    if (previous === undefined && !apply) return [404, status(404, 'NotFound')];
    const asked = body.metadata?.resourceVersion;
    // An apply to a name that is free compares with nothing, as at the real server.
    if (previous !== undefined && asked !== undefined && asked !== previous.metadata.resourceVersion)
      return [409, status(409, 'Conflict')];
    const merged = seen.method === 'PUT' ? body : merge(previous, body);
    return [previous === undefined ? 201 : 200, this.#put(seen, target, merged)];
  }

  #put(seen: SeenRequest, target: Target, object: KubeObject): KubeObject {
    const wanted = placed(object, target);
    return seen.query.get('dryRun') === 'All' ? wanted : this.store.put(target.collection, wanted);
  }

  #delete(target: Target, previous: KubeObject | undefined, body: DeleteBody): [number, unknown] {
    if (previous === undefined) return [404, status(404, 'NotFound')];
    for (const [field, wanted] of Object.entries(body.preconditions ?? {})) {
      const is = field === 'uid' ? previous.metadata.uid : previous.metadata.resourceVersion;
      if (wanted !== undefined && wanted !== is) return [409, status(409, 'Conflict')];
    }
    if (body.dryRun === undefined) this.store.delete(target.collection, key(target));
    return [200, { kind: 'Status', status: 'Success' }];
  }

  #watch(seen: SeenRequest, target: Target, response: ServerResponse): void {
    const initial = seen.query.get('sendInitialEvents') === 'true';
    if (initial && !this.watchListServed) {
      send(response, 422, status(422, 'Invalid', 'sendInitialEvents: Forbidden'));
      return;
    }
    const version = Number(seen.query.get('resourceVersion') ?? 0);
    if (!initial && version < this.store.compactedAt) {
      send(response, 410, status(410, 'Expired', 'too old resource version'));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const matches = (object: KubeObject): boolean =>
      (target.namespace === undefined || object.metadata.namespace === target.namespace) &&
      selected(object, seen.query);
    const stopListening = this.store.listen(({ collection, type, object }) => {
      if (collection === target.collection && matches(object)) stream.send(type, shown(object, seen));
    });
    const detach = (): void => {
      stopListening();
      const at = this.streams.indexOf(stream);
      if (at >= 0) this.streams.splice(at, 1);
    };
    const stream = new FakeStream(target.collection, seen.query, response, detach);
    response.on('close', detach);
    if (initial) {
      for (const object of this.store.list(target.collection, target.namespace)) {
        if (matches(object)) stream.send('ADDED', shown(object, seen));
      }
      stream.bookmark(this.store.version, { 'k8s.io/initial-events-end': 'true' });
    } else {
      for (const { type, object } of this.store.since(target.collection, version)) {
        if (matches(object)) stream.send(type, shown(object, seen));
      }
    }
    this.streams.push(stream);
  }
}

interface DeleteBody {
  dryRun?: string[];
  preconditions?: { uid?: string; resourceVersion?: string };
}

function collectionOf(resource: Resource): string {
  return `${resource.group}/${resource.version}/${resource.plural}`;
}

function key(target: Target): string {
  return keyOf({ name: target.name ?? '', namespace: target.namespace });
}

function parsePath(path: string): Target | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const [group, version, ...rest] = parts[0] === 'api' ? ['', ...parts.slice(1)] : parts.slice(1);
  if (group === undefined || version === undefined) return undefined;
  const scoped = rest[0] === 'namespaces' && rest.length > 2;
  const [plural, name] = scoped ? rest.slice(2) : rest;
  if (plural === undefined) return undefined;
  return { collection: `${group}/${version}/${plural}`, namespace: scoped ? rest[1] : undefined, name };
}

function placed(object: KubeObject, target: Target): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: target.namespace } };
}

function merge(previous: KubeObject | undefined, patch: KubeObject): KubeObject {
  const metadata: ObjectMeta = { ...previous?.metadata, ...patch.metadata };
  return { ...previous, ...patch, metadata };
}

function selected(object: KubeObject, query: URLSearchParams): boolean {
  const wanted = query.get('labelSelector');
  if (wanted === null) return true;
  return wanted.split(',').every((term) => {
    const [name = '', value] = term.split('=');
    const has = object.metadata.labels?.[name];
    return value === undefined ? has !== undefined : has === value;
  });
}

function shown(object: KubeObject, seen: SeenRequest): KubeObject {
  if (!(seen.headers.accept ?? '').includes('PartialObjectMetadata')) return object;
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: object.metadata };
}

function status(code: number, reason: string, message = reason): StatusBody {
  return { code, reason, message };
}

async function see(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  // Without setEncoding a request yields Buffers only.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://localhost');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
    watch: url.searchParams.get('watch') === 'true',
  };
}

function send(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(text);
}

function sendHalf(response: ServerResponse, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
  response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
}
