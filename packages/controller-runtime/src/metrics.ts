import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Informer } from './informer.ts';
import type { KubeObject } from './object.ts';
import type { QueueObserver } from './queue.ts';
import type { ReflectorObserver } from './reflector-observer.ts';

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

/** The figures of a controller, under names that begin with a prefix of the caller's. */
export class Metrics {
  readonly registry: Registry;
  /** Ready to be given to a `WorkQueue`. */
  readonly queue: QueueObserver;
  readonly #informers = new Set<Informer<KubeObject>>();
  readonly #reconciles: Counter<'result'>;
  readonly #duration: Histogram;
  readonly #restarts: Counter<'kind' | 'reason'>;
  readonly #lists: Counter<'kind'>;
  readonly #watchEvents: Counter<'kind'>;
  readonly #requests: Counter<'method' | 'status'>;
  readonly #dropped: Counter<'reason'>;
  readonly #handlerErrors: Counter;
  readonly #audited: Counter<'kind'>;
  readonly #leader: Gauge;

  constructor(options: { prefix: string; registry?: Registry }) {
    const registers = [options.registry ?? new Registry()];
    const name = (rest: string): string => `${options.prefix}_${rest}`;
    this.registry = registers[0] as Registry; // just put in
    const counter = <T extends string = never>(rest: string, help: string, labelNames: T[] = []) =>
      new Counter<T>({ name: name(rest), help, labelNames, registers });
    this.#reconciles = counter('reconcile_total', 'Reconciles by result (ok, requeue, error)', ['result']);
    this.#restarts = counter('watch_restarts_total', 'Ended watch streams by Kind and reason', [
      'kind',
      'reason',
    ]);
    this.#lists = counter('lists_total', 'Full lists by Kind', ['kind']);
    this.#watchEvents = counter('watch_events_total', 'Lines received on watches by Kind', ['kind']);
    this.#requests = counter('api_requests_total', 'Answers of the API server', ['method', 'status']);
    this.#dropped = counter('events_dropped_total', 'Kubernetes events that were not written', ['reason']);
    this.#handlerErrors = counter('handler_errors_total', 'Exceptions thrown by cache handlers');
    this.#audited = counter('audit_differences_total', 'Objects whose change a watch had lost', ['kind']);
    this.#leader = new Gauge({ name: name('leader'), help: '1 while this process leads', registers });
    this.#duration = new Histogram({
      name: name('reconcile_seconds'),
      help: 'Time one reconcile takes',
      buckets: SECONDS,
      registers,
    });
    this.queue = queueMetrics(name, registers);
    this.#gauges(name);
  }

  /** Counts one finished reconcile. */
  reconciled(result: 'ok' | 'requeue' | 'error', milliseconds: number): void {
    this.#reconciles.inc({ result });
    this.#duration.observe(milliseconds / 1000);
  }

  /** Counts one answer of the API server; ready to be a client's `onAnswer`. */
  readonly answered = (method: string, status: number): void => {
    this.#requests.inc({ method, status });
  };

  /** Counts an event that was not written; ready to be a recorder's `onDropped`. */
  readonly eventDropped = (reason: 'limit' | 'error'): void => {
    this.#dropped.inc({ reason });
  };

  /** Counts an exception in a cache handler; ready to be an informer's `onHandlerError`. */
  readonly handlerFailed = (): void => {
    this.#handlerErrors.inc();
  };

  /** Shows whether this process leads; ready to be an elector's `onChange`. */
  readonly leading = (leading: boolean): void => {
    this.#leader.set(leading ? 1 : 0);
  };

  /** An observer for the informer of one Kind. */
  watch(kind: string): ReflectorObserver {
    return {
      onRestart: (reason) => this.#restarts.inc({ kind, reason }),
      onList: () => this.#lists.inc({ kind }),
      onEvents: (count) => this.#watchEvents.inc({ kind }, count),
    };
  }

  /** Counts what an audit of one cache found lost. */
  audited(kind: string, differing: number): void {
    this.#audited.inc({ kind }, differing);
  }

  /** Shows size and freshness of informers, read when metrics are scraped. */
  observe(informers: readonly Informer<KubeObject>[]): void {
    for (const informer of informers) this.#informers.add(informer);
  }

  #gauge(name: string, help: string, read: (informer: Informer<KubeObject>) => number): void {
    const metric: Gauge<'kind'> = new Gauge<'kind'>({
      name,
      help,
      labelNames: ['kind'],
      registers: [this.registry],
      collect: () => {
        for (const informer of this.#informers) metric.set({ kind: informer.name }, read(informer));
      },
    });
  }

  #gauges(name: (rest: string) => string): void {
    this.#gauge(name('informer_objects'), 'Objects in the cache', (informer) => informer.cache.size);
    this.#gauge(name('informer_synced'), '1 once the cache holds everything', (informer) =>
      Number(informer.synced),
    );
    this.#gauge(
      name('informer_silent_seconds'),
      'Time since the watch was last heard',
      (informer) => informer.silentFor / 1000,
    );
    this.#gauge(
      name('informer_deaf_seconds'),
      'Time without an open watch',
      (informer) => informer.deafFor / 1000,
    );
    this.#gauge(
      name('informer_last_sync_seconds'),
      'Unix time at which the watch was last heard',
      (informer) => (Date.now() - informer.silentFor) / 1000,
    );
  }
}

function queueMetrics(name: (rest: string) => string, registers: Registry[]): QueueObserver {
  const depth = new Gauge({ name: name('workqueue_depth'), help: 'Keys ready for a worker', registers });
  const retries = new Counter({
    name: name('workqueue_retries_total'),
    help: 'Keys put back after failure',
    registers,
  });
  const wait = new Histogram({
    name: name('workqueue_wait_seconds'),
    help: 'Time a key waits for a worker',
    buckets: SECONDS,
    registers,
  });
  return {
    onDepth: (value) => depth.set(value),
    onTake: (waitedMs) => wait.observe(waitedMs / 1000),
    onRetry: () => retries.inc(),
  };
}
