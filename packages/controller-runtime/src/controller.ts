import { auditInformer } from './audit.ts';
import { jitter } from './backoff.ts';
import type { ChangeType } from './cache.ts';
import type { Clock } from './clock.ts';
import { pause, systemClock } from './clock.ts';
import { Doubts } from './doubts.ts';
import { attempt } from './errors.ts';
import type { Expectations } from './expectations.ts';
import type { Informer } from './informer.ts';
import type { LeaderElector } from './leader.ts';
import type { Metrics } from './metrics.ts';
import type { KubeObject } from './object.ts';
import { keyOf } from './object.ts';
import type { WorkQueueOptions } from './queue.ts';
import { WorkQueue } from './queue.ts';
import { withSignals } from './with-signals.ts';

/** What a reconcile may ask for. */
export interface ReconcileResult {
  /** Come back after this many milliseconds, unless something happens before. */
  readonly requeueAfter?: number;
  /**
   * True: the key waits for others, so hearing nothing about it for 30 s (doubling up to 10 min) is a reason to audit the
   * caches. False: it waits for nothing. Left out: as before.
   */
  readonly waits?: boolean;
}

/** Brings the world closer to what the object under `key` wants; `signal` aborts when the work no longer counts. */
// biome-ignore lint/suspicious/noConfusingVoidType: a reconcile with nothing to ask for may simply end
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | void>;

/** Which keys to work on when an object of one Kind changes. */
export interface Watch<T extends KubeObject = KubeObject> {
  readonly informer: Informer<T>;
  /** Default: the object's own key. Called for the old and the new form of the object. */
  readonly keys?: (object: T) => Iterable<string>;
  /** False for changes that nobody needs to look at. */
  readonly concerns?: (type: ChangeType, previous: T | undefined, current: T | undefined) => boolean;
}

/** What a controller consists of. */
export interface ControllerOptions {
  readonly watches: readonly AnyWatch[];
  readonly reconcile: Reconcile;
  /** Reconciles of different keys that run at the same time; default 4. */
  readonly concurrency?: number;
  /** Without one, this process always leads. Started and stopped by the controller. */
  readonly leader?: LeaderElector;
  /** A key is not reconciled while the caches are behind our own writes under it. */
  readonly expectations?: Expectations;
  readonly metrics?: Metrics;
  readonly queue?: WorkQueueOptions;
  /** A running reconcile is aborted this long after `stop()`; default 20 s. */
  readonly graceMs?: number;
  /** How often caches are compared with the API server by versions alone; default 1 h, 0 never. */
  readonly auditMs?: number;
  /** A watch that has been down this long makes the controller unready; default 10 s. */
  readonly deafMs?: number;
  /** Signals that stop the controller, for example SIGTERM; none by default. */
  readonly stopOn?: readonly NodeJS.Signals[];
  readonly onError?: (key: string, error: unknown, retryInMs: number) => void;
  readonly clock?: Clock;
}

/** A `Watch` whose object type is known only to itself; made by `watch()`. */
export interface AnyWatch {
  readonly informer: Informer<KubeObject>;
  connect(enqueue: (key: string) => void): void;
}

/** A running controller. */
export interface Controller {
  readonly queue: WorkQueue;
  /** Resolves after `stop()`, when nothing runs any more. */
  readonly done: Promise<void>;
  /** Why the controller is not ready; empty when it is. */
  notReady(): string[];
  /** Takes no new work, gives what runs half a second to finish, gives the lease away, ends the watches. */
  stop(): Promise<void>;
}

const BEHIND_MS = 100;
/** After `stop()` the lease is given away this soon at the latest, so that another leads within two seconds. */
const HAND_OVER_MS = 500;

/** Ties an informer to the keys that its changes concern. */
export function watch<T extends KubeObject>(of: Watch<T>): AnyWatch {
  const keys = of.keys ?? ((object: T) => [keyOf(object.metadata)]);
  return {
    // Only members that do not take a T are used through this type.
    informer: of.informer as unknown as Informer<KubeObject>,
    connect(enqueue) {
      of.informer.cache.onChange((type, previous, current) => {
        if (of.concerns?.(type, previous, current) === false) return;
        const found = new Set<string>();
        for (const object of [previous, current]) {
          if (object !== undefined) for (const key of keys(object)) found.add(key);
        }
        for (const key of found) enqueue(key);
      });
    },
  };
}

/** Starts a controller: watches first, then, once every cache is complete and we lead, the reconciles. */
export function runController(options: ControllerOptions): Controller {
  const run = new Run(options);
  return {
    queue: run.queue,
    done: run.done,
    notReady: () => run.notReady(),
    stop: () => run.stop(),
  };
}

class Run {
  readonly queue: WorkQueue;
  readonly done: Promise<void>;
  readonly #options: ControllerOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #abort = new AbortController();
  readonly #informers: readonly Informer<KubeObject>[];
  readonly #doubts: Doubts;
  #stopped: Promise<void> | undefined;
  #auditing: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.queue = new WorkQueue({ clock: this.#clock, observer: options.metrics?.queue, ...options.queue });
    this.#doubts = new Doubts(this.#clock, () => void this.#auditAll());
    this.#informers = [...new Set(options.watches.map((each) => each.informer))];
    for (const each of options.watches) each.connect((key) => this.queue.add(key));
    options.metrics?.observe(this.#informers);
    for (const informer of this.#informers) informer.start();
    for (const informer of this.#informers) informer.onReturn(() => this.#resume());
    options.leader?.onReturn((lostSince) => {
      for (const informer of this.#informers) informer.doubt(lostSince);
      this.queue.hurry();
    });
    options.leader?.start();
    this.done = this.#work();
    for (const signal of options.stopOn ?? []) process.once(signal, this.#onSignal);
  }

  notReady(): string[] {
    if (this.#stopping.signal.aborted) return ['stopping'];
    const problems: string[] = [];
    const deafMs = this.#options.deafMs ?? 10_000;
    // The lease is asked for every few seconds only, so half of that time has to do.
    if ((this.#options.leader?.unansweredFor ?? 0) > deafMs / 2)
      problems.push('the API server does not answer');
    for (const informer of this.#informers) {
      const { name } = informer;
      const excused = !informer.required && (informer.state === 'absent' || informer.state === 'forbidden');
      if (excused) continue;
      if (!informer.synced) problems.push(`${name}: not synced (${informer.state})`);
      else if (informer.deafFor > deafMs) problems.push(`${name}: ${informer.state}`);
    }
    return problems;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#shutDown();
    return this.#stopped;
  }

  readonly #onSignal = (): void => {
    void this.stop();
  };

  /** The API server serves one stream again: whoever waits for it need not find that out alone. */
  #resume(): void {
    for (const informer of this.#informers) informer.resume();
    this.#options.leader?.resume();
    this.queue.hurry();
  }

  async #shutDown(): Promise<void> {
    for (const signal of this.#options.stopOn ?? []) process.off(signal, this.#onSignal);
    this.#stopping.abort();
    this.#doubts.stop();
    const cancel = this.#clock.after(this.#options.graceMs ?? 20_000, () => this.#abort.abort());
    const idle = this.queue.shutDown();
    // What still runs then is left to the successor: without the lease its next write is refused.
    await pause(this.#clock, HAND_OVER_MS, signalOf(idle));
    await this.#options.leader?.stop();
    await idle;
    cancel();
    await Promise.all(this.#informers.map((informer) => informer.stop()));
    await this.done;
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    await Promise.all(this.#informers.map((informer) => informer.waitForSync(signal)));
    void this.#audit();
    // Stopped meanwhile, the queue gives every worker nothing and they end at once.
    const workers = Array.from({ length: this.#options.concurrency ?? 4 }, () => this.#worker());
    await Promise.all(workers);
  }

  /** All in one go and then a long rest: spread over the hour, they would disturb every minute of it. */
  async #audit(): Promise<void> {
    const { auditMs = 3_600_000 } = this.#options;
    const { signal } = this.#stopping;
    while (auditMs > 0 && !signal.aborted) {
      await pause(this.#clock, auditMs * jitter(0.75, 1.25, Math.random), signal);
      await this.#auditAll();
    }
  }

  /** Compares every cache with the API server; asked for while it does, it does so once. */
  #auditAll(): Promise<void> {
    this.#auditing ??= this.#compareAll().finally(() => {
      this.#auditing = undefined;
    });
    return this.#auditing;
  }

  async #compareAll(): Promise<void> {
    const { signal } = this.#stopping;
    const compare = async (informer: Informer<KubeObject>): Promise<void> => {
      const lost = await auditInformer(informer, { clock: this.#clock, signal });
      this.#options.metrics?.audited(informer.name, lost.length);
    };
    await Promise.all(this.#informers.map(compare));
  }

  async #worker(): Promise<void> {
    const { leader } = this.#options;
    for (;;) {
      // Keys wait in line while another process leads: taking over needs no list.
      if (leader !== undefined && !(await leader.lead(this.#stopping.signal))) return;
      const key = await this.queue.take();
      if (key === undefined) return;
      try {
        await this.#handle(key);
      } finally {
        this.queue.done(key);
      }
    }
  }

  async #handle(key: string): Promise<void> {
    const { leader, expectations, metrics, reconcile } = this.#options;
    if (leader?.isLeader === false) {
      this.queue.add(key);
      return;
    }
    if (expectations?.isBehind(key) === true) {
      this.queue.addAfter(key, BEHIND_MS);
      return;
    }
    const started = this.#clock.monotonic();
    try {
      const ends = [this.#abort.signal, ...(leader === undefined ? [] : [leader.term])];
      const result = (await withSignals(ends, async (signal) => await reconcile(key, signal))) ?? {};
      this.queue.forget(key);
      if (result.waits === true) this.#doubts.waits(key);
      else if (result.waits === false) this.#doubts.settles(key);
      if (result.requeueAfter !== undefined) this.queue.addAfter(key, result.requeueAfter);
      metrics?.reconciled(
        result.requeueAfter === undefined ? 'ok' : 'requeue',
        this.#clock.monotonic() - started,
      );
    } catch (error) {
      metrics?.reconciled('error', this.#clock.monotonic() - started);
      const retryIn = this.queue.retry(key);
      attempt(() => this.#options.onError?.(key, error, retryIn));
    }
  }
}

/** A signal that aborts when a promise is settled. */
function signalOf(promise: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  promise.then(abort, abort);
  return controller.signal;
}
