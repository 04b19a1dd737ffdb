import { isExpired, isNotFound } from './errors.ts';
import type { KubeObject, ObjectRef, Resource } from './object.ts';
import { apiVersionOf, pathOf } from './object.ts';
import type { ApiClientOptions, ApiRequest, Query } from './requests.ts';
import { RequestSender } from './requests.ts';
import type { Pieces } from './stream-connection.ts';

/** Options that reads share. */
export interface ReadOptions {
  /** Ask for `PartialObjectMetadata`: no spec, no status, no data leaves the server. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

/** What a list or a watch selects. */
export interface Selection extends ReadOptions {
  /** Undefined means all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Options that writes share. */
export interface WriteOptions {
  /** Validate and admit, store nothing. */
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly signal?: AbortSignal;
}

/** Options of a server-side apply. */
export interface ApplyOptions extends WriteOptions {
  /** Take over fields that others own; without it a conflict is a 409. */
  readonly force?: boolean;
  /** Create and never change: 409 where an object of this name is, whoever made it. */
  readonly onlyNew?: boolean;
}

/** Options of a delete; `uid` and `resourceVersion` are preconditions. */
export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** A list, or one page of it. */
export interface ObjectList<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

interface ListBody<T> {
  items?: T[] | null;
  metadata?: { resourceVersion?: string; continue?: string };
}

const PAGE_SIZE = 500;
/**
 * A resource version that no object has: etcd counts from 1 and the first write makes 2. An apply that carries it fails
 * the API server's version check wherever there is an object to compare with, also one that another client makes in
 * between; where there is none, nothing is compared and the object is made.
 */
const NO_VERSION = '1';
const JSON_TYPE = 'application/json';
const PARTIAL = 'g=meta.k8s.io;v=v1';

/** Plain-JSON access to the Kubernetes API: nothing is renamed, converted or dropped on the way. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #sender: RequestSender;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#sender = new RequestSender(options);
  }

  /** The namespace that the credentials name. */
  get namespace(): string | undefined {
    return this.#options.credentials.namespace;
  }

  /** A client of the same identity with connections (and, where given, options) of its own. */
  fork(changes: Partial<ApiClientOptions> = {}): ApiClient {
    return new ApiClient({ ...this.#options, ...changes });
  }

  /** Sends any request and returns the parsed answer; rejects with `ApiError` or `ConnectionError`. */
  request<T>(request: ApiRequest): Promise<T> {
    return this.#sender.request<T>(request);
  }

  /** Reads one object. */
  get<T extends KubeObject>(resource: Resource, ref: ObjectRef, options: ReadOptions = {}): Promise<T> {
    return this.request<T>({
      method: 'GET',
      path: pathOf(resource, ref),
      accept: acceptOne(options),
      signal: options.signal,
    });
  }

  /** Lists page by page; a continue token that expires on the way starts one unpaged list anew. */
  async *pages<T extends KubeObject>(
    resource: Resource,
    selection: Selection = {},
  ): AsyncGenerator<ObjectList<T> & { readonly restarted: boolean }> {
    let restarted = false;
    let limit: number | undefined = PAGE_SIZE;
    let next: string | undefined;
    do {
      try {
        const page: ListBody<T> = await this.request<ListBody<T>>({
          method: 'GET',
          path: pathOf(resource, { namespace: selection.namespace }),
          query: { ...selectors(selection), limit, continue: next },
          accept: acceptList(selection),
          signal: selection.signal,
        });
        next = page.metadata?.continue;
        yield { items: page.items ?? [], resourceVersion: page.metadata?.resourceVersion ?? '', restarted };
        restarted = false;
      } catch (error) {
        if (!isExpired(error) || next === undefined) throw error;
        [restarted, limit, next] = [true, undefined, undefined];
      }
    } while (restarted || (next !== undefined && next !== ''));
  }

  /** Lists everything that the selection matches, read consistently. */
  async list<T extends KubeObject>(resource: Resource, selection: Selection = {}): Promise<ObjectList<T>> {
    let items: T[] = [];
    let resourceVersion = '';
    for await (const page of this.pages<T>(resource, selection)) {
      items = page.restarted ? page.items : items.concat(page.items);
      resourceVersion = page.resourceVersion;
    }
    return { items, resourceVersion };
  }

  /** Opens a watch and returns its JSON lines as bytes, each piece valid until the next; `query` carries versions and time limits. */
  openWatch(resource: Resource, selection: Selection, query: Query): Promise<Pieces> {
    return this.#sender.stream({
      method: 'GET',
      path: pathOf(resource, { namespace: selection.namespace }),
      query: { ...selectors(selection), watch: 'true', ...query },
      accept: acceptOne(selection),
      signal: selection.signal,
    });
  }

  /** Creates an object; 409 `AlreadyExists` when the name is taken. */
  create<T extends KubeObject>(resource: Resource, object: T, options: WriteOptions = {}): Promise<T> {
    return this.request<T>({
      method: 'POST',
      path: pathOf(resource, { namespace: object.metadata.namespace }),
      query: this.#writeQuery(options),
      body: typed(resource, object),
      signal: options.signal,
    });
  }

  /** Replaces an object; with `metadata.resourceVersion` set it loses against any other writer (409). */
  replace<T extends KubeObject>(resource: Resource, object: T, options: WriteOptions = {}): Promise<T> {
    return this.request<T>({
      method: 'PUT',
      path: pathOf(resource, object.metadata),
      query: this.#writeQuery(options),
      body: typed(resource, object),
      signal: options.signal,
    });
  }

  /** Server-side apply of exactly the fields that `object` carries. */
  apply<T extends KubeObject>(
    resource: Resource,
    object: KubeObject,
    options: ApplyOptions = {},
  ): Promise<T> {
    return this.#apply<T>(resource, object, options, undefined);
  }

  /** Server-side apply to the status subresource. */
  applyStatus<T extends KubeObject>(
    resource: Resource,
    object: KubeObject,
    options: ApplyOptions = {},
  ): Promise<T> {
    return this.#apply<T>(resource, object, options, 'status');
  }

  /** JSON merge patch. */
  patch<T extends KubeObject>(
    resource: Resource,
    ref: ObjectRef,
    patch: unknown,
    options: WriteOptions & { subresource?: string } = {},
  ): Promise<T> {
    return this.request<T>({
      method: 'PATCH',
      path: pathOf(resource, ref, options.subresource),
      query: this.#writeQuery(options),
      body: patch,
      contentType: 'application/merge-patch+json',
      signal: options.signal,
    });
  }

  /** JSON merge patch of `status`. */
  patchStatus<T extends KubeObject>(
    resource: Resource,
    ref: ObjectRef,
    status: unknown,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.patch<T>(resource, ref, { status }, { ...options, subresource: 'status' });
  }

  /** Deletes an object; false when it was gone already. A precondition that does not hold is a 409. */
  async delete(resource: Resource, ref: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    const { uid, resourceVersion } = options;
    const preconditions =
      uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
    try {
      await this.request<unknown>({
        method: 'DELETE',
        path: pathOf(resource, ref),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: options.propagationPolicy ?? 'Background',
          gracePeriodSeconds: options.gracePeriodSeconds,
          dryRun: options.dryRun === true ? ['All'] : undefined,
          preconditions,
        },
        signal: options.signal,
      });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /** Gives every request under way this long for its answer, counted from when it was sent: the link that it took was lost. */
  giveUp(olderThanMs: number): void {
    this.#sender.giveUp(olderThanMs);
  }

  /** Closes all connections; watches and requests under way fail. */
  close(): void {
    this.#sender.close();
  }

  #apply<T extends KubeObject>(
    resource: Resource,
    object: KubeObject,
    options: ApplyOptions,
    subresource: string | undefined,
  ): Promise<T> {
    const { metadata } = object;
    const sent = options.onlyNew
      ? { ...object, metadata: { ...metadata, resourceVersion: NO_VERSION } }
      : object;
    return this.request<T>({
      method: 'PATCH',
      path: pathOf(resource, metadata, subresource),
      query: { ...this.#writeQuery(options), force: options.force === true ? true : undefined },
      // JSON is YAML; the API server wants only this content type for an apply.
      contentType: 'application/apply-patch+yaml',
      body: typed(resource, sent),
      signal: options.signal,
    });
  }

  #writeQuery(options: WriteOptions): Query {
    return {
      fieldManager: options.fieldManager ?? this.#options.fieldManager ?? 'controller-runtime',
      dryRun: options.dryRun === true ? 'All' : undefined,
    };
  }
}

function acceptOne(options: ReadOptions): string {
  return options.metadataOnly === true ? `${JSON_TYPE};as=PartialObjectMetadata;${PARTIAL}` : JSON_TYPE;
}

function acceptList(selection: Selection): string {
  return selection.metadataOnly === true ? `${JSON_TYPE};as=PartialObjectMetadataList;${PARTIAL}` : JSON_TYPE;
}

function selectors(selection: Selection): Query {
  return { labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector };
}

function typed<T extends KubeObject>(resource: Resource, object: T): T {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}
