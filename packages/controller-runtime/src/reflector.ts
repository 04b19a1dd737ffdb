import type { BackoffOptions } from './backoff.ts';
import { jitter } from './backoff.ts';
import type { ApiClient, Selection } from './client.ts';
import type { Clock } from './clock.ts';
import { pause, systemClock } from './clock.ts';
import { ApiError, ConnectionError, isAway, isExpired } from './errors.ts';
import { namesOf, textOf } from './lazy-object.ts';
import type { KubeObject, Resource } from './object.ts';
import { apiVersionOf, compareVersions } from './object.ts';
import type { ObjectHead } from './object-text.ts';
import { Pace } from './pace.ts';
import type { ReflectorObserver, ReflectorState } from './reflector-observer.ts';
import { guarded } from './reflector-observer.ts';
import { DoubtError, RelistError, refusesWatchList, restartReason } from './restart.ts';
import type { WatchEvent } from './watch-stream.ts';
import { watchEvents } from './watch-stream.ts';
import { SilenceError, Watchdog } from './watchdog.ts';
import { withSignals } from './with-signals.ts';

/** Waits and limits of a reflector, in milliseconds unless the name says otherwise. */
export interface ReflectorTiming {
  /**
   * No event and no bookmark for this long ends a watch. The API server sends a bookmark every minute, but none while
   * nothing at all was written; so each alarm in a row doubles the patience, up to the longest life of a watch.
   */
  readonly silenceMs: number;
  /** The server is asked to end a watch after a random time between these. */
  readonly timeoutSeconds: readonly [number, number];
  /** Two connects are at least this far apart. */
  readonly spacingMs: number;
  /** Waits after failures in a row. The cap bounds how long a repaired API server stays unnoticed. */
  readonly backoff: BackoffOptions;
  /** How often a Kind that is absent or forbidden is tried again. */
  readonly absentMs: number;
}

/** The defaults of `ReflectorTiming`. */
export const defaultTiming: ReflectorTiming = {
  silenceMs: 90_000,
  timeoutSeconds: [300, 600],
  spacingMs: 1_000,
  backoff: { base: 500, cap: 4_000 },
  absentMs: 30_000,
};

/** Where a reflector puts what it reads. */
interface ReflectorSink<T extends KubeObject> {
  set(object: T): void;
  delete(object: T): void;
  replace(objects: Iterable<T>): void;
}

/** What to reflect and how. */
export interface ReflectorOptions<T extends KubeObject> extends Omit<Selection, 'signal'> {
  readonly client: ApiClient;
  readonly resource: Resource;
  readonly sink: ReflectorSink<T>;
  /** Applied to each object before it is kept; may change it in place. */
  readonly strip?: (object: T) => T;
  /** True lets objects of a watch come without `managedFields`, unstripped and parsed only where somebody looks. */
  readonly lazy?: boolean;
  /** False never tries WatchList; by default it is tried and given up where the server refuses it. */
  readonly watchList?: boolean;
  readonly timing?: Partial<ReflectorTiming>;
  readonly observer?: ReflectorObserver;
  readonly clock?: Clock;
  readonly random?: () => number;
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';
/** As many failures at one version without any progress make the version itself suspect. */
const FAILURES_BEFORE_RELIST = 3;

/** Keeps a sink equal to what the API server holds of one Kind, whatever happens to the connection. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #timing: ReflectorTiming;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #stop = new AbortController();
  readonly #lazyHead: ObjectHead | undefined;
  #wake = new AbortController();
  #stream = new AbortController();
  #state: ReflectorState = 'starting';
  #synced = false;
  #version: string | undefined;
  #seen = '0';
  readonly #pace: Pace;
  #stuck = 0;
  /** The last failure was the API server's, or the way's to it. */
  #away = false;
  /** The server itself asked for the present wait. */
  #asked = false;
  /** A failure of the attempt under way is due to what is over: the next one follows at once. */
  #urged = false;
  #alarms = 0;
  #watchListServed: boolean;
  #lastContact: number;
  #deafSince: number | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = { ...options, observer: guarded(options.observer ?? {}) };
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#pace = new Pace(this.#timing, this.#clock, this.#random);
    this.#watchListServed = options.watchList ?? true;
    const { lazy, resource } = options;
    this.#lazyHead = lazy === true ? { apiVersion: apiVersionOf(resource), kind: resource.kind } : undefined;
    this.#lastContact = this.#clock.monotonic();
    this.#deafSince = this.#lastContact;
  }

  get state(): ReflectorState {
    return this.#state;
  }

  /** True once the sink has held everything, until the Kind turns out absent. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Milliseconds since the API server was last heard: an event, a bookmark or a fresh answer; 0 for an absent Kind. */
  get silentFor(): number {
    if (this.#state === 'absent') return 0;
    return this.#clock.monotonic() - this.#lastContact;
  }

  /** Milliseconds without an open watch; 0 while one is open, and for an absent Kind, which has nothing to tell. */
  get deafFor(): number {
    return this.#deafSince === undefined ? 0 : this.#clock.monotonic() - this.#deafSince;
  }

  /**
   * True when everything up to this resource version has reached the sink. Also true for a Kind that is absent or
   * forbidden: waiting for what cannot be seen would wait for ever.
   */
  hasSeen(resourceVersion: string): boolean {
    if (this.#state === 'absent' || this.#state === 'forbidden') return true;
    return compareVersions(this.#seen, resourceVersion) >= 0;
  }

  /** Starts reflecting; further calls do nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the stream and resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#enter('stopped');
  }

  /** Ends any wait: the next attempt is made now. */
  recheck(): void {
    this.#wake.abort();
  }

  /** Ends the stream in favour of a fresh picture, unless one is being taken. */
  relist(): void {
    if (this.#version === undefined) return;
    this.#version = undefined;
    this.#stream.abort(new RelistError('a fresh picture was asked for'));
    this.recheck();
  }

  /**
   * Resumes at once where nothing was heard since the link was lost (monotonic time): what is left may be half of a dead
   * connection, which says nothing for ever. What was heard stays; nothing is read anew.
   */
  doubt(lostSince: number): void {
    if (this.#lastContact >= lostSince) return;
    if (this.#state === 'watching' || this.#state === 'listing') {
      this.#stream.abort(new DoubtError('the link was lost and is back'));
    }
    this.resume();
  }

  /** The API server answers others: ends a wait after a failure, unless the server asked for that wait itself. */
  resume(): void {
    if (this.#state !== 'waiting' || this.#asked) return;
    this.#urged = true;
    this.recheck();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(this.#clock, this.#pace.spacing, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      let wait = 0;
      try {
        await this.#connect();
        this.#options.observer?.onRestart?.('ended');
        this.#enter('waiting');
        wait = this.#pace.afterEnd();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        wait = this.#afterFailure(error);
      }
      if (wait <= 0) continue;
      this.#wake = new AbortController();
      await withSignals([this.#stop.signal, this.#wake.signal], (signal) => pause(this.#clock, wait, signal));
    }
  }

  /** One connection: from the known version on, or from a fresh picture of everything. */
  async #connect(): Promise<void> {
    this.#pace.connecting();
    [this.#urged, this.#asked] = [false, false];
    if (this.#version === undefined) {
      this.#enter('listing');
      if (this.#watchListServed) {
        await this.#watch({
          sendInitialEvents: true,
          resourceVersionMatch: 'NotOlderThan',
          resourceVersion: '',
        });
        return;
      }
      await this.#list();
    }
    await this.#watch({ resourceVersion: this.#version });
  }

  async #list(): Promise<void> {
    const { client, resource } = this.#options;
    this.#options.observer?.onList?.();
    let objects: T[] = [];
    let version = '';
    for await (const page of client.pages<T>(resource, this.#selection(this.#stop.signal))) {
      if (page.restarted) objects = [];
      for (const item of page.items) objects.push(this.#ingest(item));
      version = page.resourceVersion;
    }
    this.#complete(objects, version);
  }

  async #watch(query: Record<string, string | boolean | undefined>): Promise<void> {
    const longestMs = this.#timing.timeoutSeconds[1] * 1_000;
    const watchdog = new Watchdog(
      this.#clock,
      Math.min(this.#timing.silenceMs * 2 ** this.#alarms, longestMs),
    );
    this.#stream = new AbortController();
    try {
      const ends = [this.#stop.signal, this.#stream.signal, watchdog.signal];
      await withSignals(ends, (signal) => this.#follow(query, signal, watchdog));
    } finally {
      watchdog.stop();
    }
    if (!this.#synced || this.#version === undefined)
      throw new ConnectionError('the watch ended too early', undefined);
  }

  async #follow(
    query: Record<string, string | boolean | undefined>,
    signal: AbortSignal,
    watchdog: Watchdog,
  ): Promise<void> {
    const initial = query['sendInitialEvents'] === true ? new Map<string, T>() : undefined;
    try {
      const body = await this.#options.client.openWatch(this.#options.resource, this.#selection(signal), {
        ...query,
        allowWatchBookmarks: true,
        timeoutSeconds: Math.round(jitter(...this.#timing.timeoutSeconds, this.#random)),
      });
      this.#opened(watchdog);
      if (initial === undefined) this.#enter('watching');
      for await (const events of watchEvents<T>(body, this.#lazyHead)) {
        // Lines that had arrived before a stop or a relist must not count after it.
        signal.throwIfAborted();
        this.#heard(watchdog);
        this.#alarms = 0;
        this.#options.observer?.onEvents?.(events.length);
        for (const event of events) this.#take(event, initial);
      }
    } catch (error) {
      // An aborted request says only that it was aborted.
      throw signal.aborted ? signal.reason : error;
    }
  }

  #take(event: WatchEvent<T>, initial: Map<string, T> | undefined): void {
    if (event.type === 'ERROR') throw new ApiError(event.object.code ?? 500, event.object);
    const { uid, resourceVersion } = namesOf(event.object);
    const collecting = initial !== undefined && this.#version === undefined;
    if (event.type === 'BOOKMARK') {
      if (collecting && event.object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') {
        this.#complete(initial.values(), resourceVersion ?? '');
        initial.clear();
        this.#enter('watching');
        return;
      }
    } else if (collecting) {
      const key = uid ?? '';
      if (event.type === 'DELETED') initial.delete(key);
      else initial.set(key, this.#ingest(event.object));
      return;
    } else if (event.type === 'DELETED') this.#options.sink.delete(event.object);
    else this.#options.sink.set(this.#ingest(event.object));
    if (!collecting && resourceVersion !== undefined) this.#advance(resourceVersion);
  }

  #complete(objects: Iterable<T>, version: string): void {
    this.#options.sink.replace(objects);
    this.#synced = true;
    this.#advance(version);
  }

  #advance(version: string): void {
    this.#version = version;
    this.#seen = version;
    this.#stuck = 0;
  }

  #ingest(object: T): T {
    const { resource, strip } = this.#options;
    if (textOf(object) !== undefined) return object;
    // Items of a list carry neither; metadata-only ones carry PartialObjectMetadata.
    object.apiVersion = apiVersionOf(resource);
    object.kind = resource.kind;
    return strip === undefined ? object : strip(object);
  }

  #opened(watchdog: Watchdog): void {
    this.#heard(watchdog);
    this.#pace.opened();
    if (!this.#away) return;
    this.#away = false;
    this.#options.observer?.onReturn?.();
  }

  #heard(watchdog: Watchdog): void {
    watchdog.feed();
    this.#lastContact = this.#clock.monotonic();
  }

  #afterFailure(error: unknown): number {
    this.#options.observer?.onRestart?.(restartReason(error));
    this.#away = isAway(error);
    if (this.#version === undefined && this.#watchListServed && refusesWatchList(error)) {
      this.#watchListServed = false;
      this.#pace.forget();
      return 0;
    }
    if (error instanceof SilenceError) this.#alarms += 1;
    if (error instanceof DoubtError) {
      this.#enter('waiting');
      return 0;
    }
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) {
      return this.#unavailable(error);
    }
    this.#stuck += 1;
    this.#enter('waiting', error);
    if (isExpired(error) || this.#stuck >= FAILURES_BEFORE_RELIST * 2) this.#version = undefined;
    else if (!(error instanceof ConnectionError) && this.#stuck >= FAILURES_BEFORE_RELIST)
      this.#version = undefined;
    const wait = this.#pace.afterFailure();
    const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
    this.#asked = asked !== undefined;
    if (asked !== undefined) return asked * jitter(1, 1.2, this.#random);
    return this.#urged ? 0 : wait;
  }

  #unavailable(error: ApiError): number {
    this.#version = undefined;
    if (error.status === 404) {
      // Without its CRD the Kind has no objects: what we still hold is gone.
      this.#options.sink.replace([]);
      this.#synced = false;
    }
    this.#enter(error.status === 404 ? 'absent' : 'forbidden', error);
    return this.#timing.absentMs * jitter(0.75, 1.25, this.#random);
  }

  #selection(signal: AbortSignal): Selection {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.#options;
    return { namespace, labelSelector, fieldSelector, metadataOnly, signal };
  }

  #enter(state: ReflectorState, error?: unknown): void {
    const changed = this.#state !== state;
    this.#state = state;
    const hears = state === 'watching' || state === 'absent';
    this.#deafSince = hears ? undefined : (this.#deafSince ?? this.#clock.monotonic());
    if (changed || error !== undefined) this.#options.observer?.onState?.(state, error);
  }
}
