import { Cache, stripManagedFields } from './cache.ts';
import type { KubeObject } from './object.ts';
import { keyOf } from './object.ts';
import type { ReflectorOptions } from './reflector.ts';
import { Reflector } from './reflector.ts';
import type { ReflectorState } from './reflector-observer.ts';

/** What to hold in memory of one Kind. */
export interface InformerOptions<T extends KubeObject>
  extends Omit<ReflectorOptions<T>, 'sink' | 'namespace' | 'lazy'> {
  /** What metrics and readiness call it; default: the Kind. */
  readonly name?: string;
  /** One stream per namespace; empty or absent means one stream over all of them. */
  readonly namespaces?: readonly string[];
  /** True (the default): readiness waits for this Kind. False: it may be absent or forbidden. */
  readonly required?: boolean;
  readonly onHandlerError?: (error: unknown) => void;
  /** True holds objects that nobody reads as packed text: see `CacheOptions`. */
  readonly compact?: boolean;
}

/** A request of this age hangs, when others are answered. */
const HANGING_MS = 2_000;

/** A cache of one Kind, kept current by one reflector per namespace. */
export class Informer<T extends KubeObject = KubeObject> {
  readonly cache: Cache<T>;
  readonly required: boolean;
  readonly name: string;
  readonly resource: InformerOptions<T>['resource'];
  readonly #options: InformerOptions<T>;
  readonly #reflectors = new Map<string, Reflector<T>>();
  readonly #settled: (() => void)[] = [];
  readonly #onReturn: (() => void)[] = [];

  constructor(options: InformerOptions<T>) {
    const {
      namespaces = [],
      required = true,
      name,
      onHandlerError,
      observer,
      strip,
      compact,
      ...rest
    } = options;
    this.name = name ?? options.resource.kind;
    this.#options = options;
    this.required = required;
    this.resource = options.resource;
    const cache = new Cache<T>({ onHandlerError, compact, onDamage: () => this.relist() });
    this.cache = cache;
    const scopes = options.resource.namespaced && namespaces.length > 0 ? new Set(namespaces) : [undefined];
    for (const namespace of scopes) {
      const reflector = new Reflector<T>({
        ...rest,
        namespace,
        strip: strip ?? stripManagedFields,
        lazy: compact === true && strip === undefined,
        sink: {
          set: (object) => cache.set(object),
          delete: (object) => cache.delete(object),
          replace: (objects) => cache.replace(objects, namespace),
        },
        observer: {
          ...observer,
          onState: (state, error) => {
            this.#settle();
            observer?.onState?.(state, error);
          },
          onReturn: () => {
            for (const listener of this.#onReturn) listener();
            observer?.onReturn?.();
          },
        },
      });
      this.#reflectors.set(namespace ?? '', reflector);
    }
  }

  /** True when every stream has delivered everything at least once. */
  get synced(): boolean {
    return [...this.#reflectors.values()].every((reflector) => reflector.synced);
  }

  /** The least healthy state of the streams. */
  get state(): ReflectorState {
    const order: ReflectorState[] = [
      'stopped',
      'forbidden',
      'absent',
      'starting',
      'listing',
      'waiting',
      'watching',
    ];
    const states = new Set([...this.#reflectors.values()].map((reflector) => reflector.state));
    return order.find((state) => states.has(state)) ?? 'starting';
  }

  /** Milliseconds since the stream that is quiet longest was last heard. */
  get silentFor(): number {
    return Math.max(...[...this.#reflectors.values()].map((reflector) => reflector.silentFor));
  }

  /** Milliseconds that the worst stream has had no open watch; 0 when all are open. */
  get deafFor(): number {
    return Math.max(...[...this.#reflectors.values()].map((reflector) => reflector.deafFor));
  }

  /** True when everything up to this resource version is in the cache, for the namespace in question. */
  hasSeen(resourceVersion: string, namespace?: string): boolean {
    const reflector = this.#reflectors.get(namespace ?? '') ?? this.#reflectors.get('');
    return reflector === undefined || reflector.hasSeen(resourceVersion);
  }

  /** Starts all streams. */
  start(): void {
    for (const reflector of this.#reflectors.values()) reflector.start();
  }

  /** Ends all streams; the cache keeps its last content. */
  async stop(): Promise<void> {
    await Promise.all([...this.#reflectors.values()].map((reflector) => reflector.stop()));
  }

  /** Makes streams that wait try again now, for example because a CRD was just created. */
  recheck(): void {
    for (const reflector of this.#reflectors.values()) reflector.recheck();
  }

  /** Takes a fresh picture; the cache tells the differences as changes. */
  relist(): void {
    for (const reflector of this.#reflectors.values()) reflector.relist();
  }

  /** Tells `listener` when the API server serves a stream again that it had not served, or broken. */
  onReturn(listener: () => void): void {
    this.#onReturn.push(listener);
  }

  /** Others are served: streams that wait after a failure try now, unless the server asked them to wait. */
  resume(): void {
    for (const reflector of this.#reflectors.values()) reflector.resume();
  }

  /** The link was lost at `lostSince` (monotonic time) and is back: hanging requests are given up, silent streams resume. */
  doubt(lostSince: number): void {
    this.#options.client.giveUp(HANGING_MS);
    for (const reflector of this.#reflectors.values()) reflector.doubt(lostSince);
  }

  /** Reads from the API server what the cache should hold: key to resource version. */
  async listVersions(signal?: AbortSignal): Promise<Map<string, string>> {
    const versions = new Map<string, string>();
    const { client, resource, labelSelector, fieldSelector } = this.#options;
    for (const namespace of this.#reflectors.keys()) {
      const selection = {
        namespace: namespace || undefined,
        labelSelector,
        fieldSelector,
        metadataOnly: true,
        signal,
      };
      const { items } = await client.list<KubeObject>(resource, selection);
      for (const { metadata } of items) versions.set(keyOf(metadata), metadata.resourceVersion ?? '');
    }
    return versions;
  }

  /**
   * Resolves with true when the cache can be relied on: synced or, where the Kind is not required, known to be absent
   * or forbidden. Resolves with false when `signal` aborts first.
   */
  async waitForSync(signal?: AbortSignal): Promise<boolean> {
    while (!this.#isSettled()) {
      if (signal?.aborted === true) return false;
      await new Promise<void>((resolve) => {
        this.#settled.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return true;
  }

  #isSettled(): boolean {
    return [...this.#reflectors.values()].every(
      ({ synced, state }) => synced || (!this.required && (state === 'absent' || state === 'forbidden')),
    );
  }

  #settle(): void {
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}
