import { jitter } from './backoff.ts';
import type { ApiClient } from './client.ts';
import type { Cancel, Clock } from './clock.ts';
import { microTime, pause, systemClock } from './clock.ts';
import { ApiError, attempt, isAlreadyExists, isConflict, isNotFound, WriteRefusedError } from './errors.ts';
import type { KubeObject, Resource } from './object.ts';
import { withSignals } from './with-signals.ts';

/** The Kind that leadership is kept in. */
export const leaseResource: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

/** Which lease to hold, and how. */
export interface LeaderOptions {
  /** Should be a client of its own (`fork()`), so that a burst of work cannot delay a renewal. */
  readonly client: Pick<ApiClient, 'get' | 'create' | 'replace'>;
  readonly namespace: string;
  readonly name: string;
  /** Unique per process, for example the pod's name and a random suffix. */
  readonly identity: string;
  /** Others may take over this long after the last renewal they saw; default 15 s. */
  readonly leaseMs?: number;
  /** A held lease is renewed this often; default 10 s. */
  readonly renewMs?: number;
  /** A failed renewal, and a lease that others hold, are tried again within this time; default 2 s. */
  readonly retryMs?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Told when leadership begins (true) and ends (false). */
  readonly onChange?: (leading: boolean) => void;
  readonly onError?: (error: unknown) => void;
}

interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

/**
 * Holds a Lease after the rules of client-go: another's lease ends its own duration after the last change that we
 * observed, measured on the monotonic clock, so wrong wall clocks do no harm. A leader counts from when it sent its
 * last renewal and stops before the lease can end for anybody else.
 */
export class LeaderElector {
  readonly #options: LeaderOptions;
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #renewMs: number;
  readonly #retryMs: number;
  readonly #stop = new AbortController();
  #observed: { lease: Lease; version: string; at: number } | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #leading = false;
  #term = new AbortController();
  #waiting: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #lostSince: number | undefined;
  #wake = new AbortController();
  readonly #onReturn: ((lostSince: number) => void)[] = [];

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#leaseMs = options.leaseMs ?? 15_000;
    this.#renewMs = options.renewMs ?? 10_000;
    this.#retryMs = options.retryMs ?? 2_000;
    if (this.#renewMs + this.#retryMs >= this.#leaseMs) {
      throw new Error('leaseMs must be longer than renewMs and retryMs together');
    }
  }

  /** True while nobody else can hold the lease; false a tenth of its duration before they could. */
  get isLeader(): boolean {
    return this.#clock.monotonic() < this.#renewedAt + this.#leaseMs * 0.9;
  }

  /** Aborts when the present term of leadership ends. */
  get term(): AbortSignal {
    return this.#term.signal;
  }

  /** Resolves with true once we lead, with false when `signal` aborts first. */
  async lead(signal: AbortSignal): Promise<boolean> {
    while (!this.isLeader) {
      if (signal.aborted) return false;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', go);
          resolve();
        };
        this.#waiting.push(go);
        signal.addEventListener('abort', go, { once: true });
      });
    }
    return !signal.aborted;
  }

  /** Throws when we do not lead: to be a client's `beforeWrite`, which fences a process that was suspended. */
  readonly assertLeader = (): void => {
    if (!this.isLeader) throw new WriteRefusedError('not the leader');
  };

  /** Milliseconds since the first of the lease requests in a row that have had no answer; 0 after an answer. */
  get unansweredFor(): number {
    return this.#lostSince === undefined ? 0 : this.#clock.monotonic() - this.#lostSince;
  }

  /**
   * Tells `listener` when the API server answers again after at least two requests that it did not, and since when
   * (monotonic time). The lease is asked for by the clock, so this notices a lost link where quiet watches cannot.
   */
  onReturn(listener: (lostSince: number) => void): void {
    this.#onReturn.push(listener);
  }

  /** Others are answered: asks now where the last request was not. */
  resume(): void {
    if (this.#lostSince !== undefined) this.#wake.abort();
  }

  /** Starts competing for the lease; further calls do nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops competing and gives a held lease away at once. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (!this.isLeader || this.#observed === undefined) return;
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    this.#report();
    try {
      await this.#put({ ...this.#observed.lease.spec, holderIdentity: '', leaseDurationSeconds: 1 });
    } catch (error) {
      // The lease then simply runs out.
      attempt(() => this.#options.onError?.(error));
    }
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let renewed = false;
      this.#wake = new AbortController();
      const began = this.#clock.monotonic();
      try {
        renewed = await this.#tryHold();
      } catch (error) {
        if (isConflict(error) || isAlreadyExists(error)) this.#observed = undefined;
        else attempt(() => this.#options.onError?.(error));
      }
      this.#report();
      await this.#rest(renewed, began);
    }
  }

  /** Waits until the next attempt, and notices the end of our own lease on the way. */
  async #rest(renewed: boolean, began: number): Promise<void> {
    const random = this.#options.random ?? Math.random;
    const now = this.#clock.monotonic();
    // Counted from the beginning: who waited in vain for an answer has rested.
    const retry = this.#retryMs * jitter(0.4, 0.65, random);
    const wait = renewed ? this.#renewMs : Math.max(retry - (now - began), retry / 4);
    const left = this.#renewedAt + this.#leaseMs * 0.9 - now;
    await withSignals([this.#stop.signal, this.#wake.signal], async (signal) => {
      const runsOut = this.#leading && left < wait;
      if (runsOut) await pause(this.#clock, left, signal);
      if (runsOut) this.#report();
      await pause(this.#clock, runsOut ? wait - Math.max(left, 0) : wait, signal);
    });
  }

  /** One attempt to take or renew the lease; true when we hold it now. */
  async #tryHold(): Promise<boolean> {
    // A leader renews on what it wrote last: one request. Anybody else must look first.
    if (!this.isLeader || this.#observed === undefined) await this.#observe();
    const sentAt = this.#clock.monotonic();
    const now = microTime(this.#clock.now());
    const held = this.#observed?.lease.spec;
    const mine = held?.holderIdentity === this.#options.identity;
    if (!mine && this.#heldByAnother()) return false;
    await this.#put({
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: Math.ceil(this.#leaseMs / 1000),
      acquireTime: mine ? (held.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (held?.leaseTransitions ?? 0) + (mine || held === undefined ? 0 : 1),
    });
    this.#renewedAt = sentAt;
    return true;
  }

  #heldByAnother(): boolean {
    if (this.#observed === undefined) return false;
    const { lease, at } = this.#observed;
    if ((lease.spec?.holderIdentity ?? '') === '') return false;
    // The duration is the holder's own: ours may be configured differently.
    return this.#clock.monotonic() < at + (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
  }

  async #observe(): Promise<void> {
    const { client, namespace, name } = this.#options;
    try {
      this.#remember(
        await this.#limited((limit) => {
          return this.#insist([this.#stop.signal, limit], (signal) =>
            client.get<Lease>(leaseResource, { namespace, name }, { signal }),
          );
        }),
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#observed = undefined;
    }
  }

  async #put(spec: LeaseSpec): Promise<void> {
    const { client, namespace, name } = this.#options;
    const before = this.#observed?.lease;
    const answer = await this.#limited((signal) =>
      before === undefined
        ? client.create<Lease>(leaseResource, { metadata: { namespace, name }, spec }, { signal })
        : client.replace<Lease>(leaseResource, { metadata: before.metadata, spec }, { signal }),
    );
    this.#remember(answer);
  }

  #remember(lease: Lease): void {
    const version = lease.metadata.resourceVersion ?? '';
    if (this.#observed?.version === version) return;
    this.#observed = { lease, version, at: this.#clock.monotonic() };
  }

  /**
   * Asks again on another connection while an answer is late, and takes the first that comes: where a connection has died
   * without a word, only a new one tells that the API server is back.
   */
  async #insist<T>(ends: readonly AbortSignal[], ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const over = new AbortController();
    let cancel: Cancel = () => {};
    return await withSignals([...ends, over.signal], async (signal) => {
      try {
        return await new Promise<T>((resolve, reject) => {
          const once = (): void => {
            ask(signal).then(resolve, reject);
            cancel = this.#clock.after(this.#retryMs / 2, once);
          };
          once();
        });
      } finally {
        cancel();
        over.abort();
      }
    });
  }

  /**
   * A request that hangs longer than the retry interval is given up, so that the next one still comes in time. Who does not
   * lead has nothing to lose and waits twice as long: the API server may be slow rather than gone.
   */
  async #limited<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const late = new Error('the lease request took too long');
    const limit = this.#retryMs * (this.isLeader ? 1 : 2);
    const cancel = this.#clock.after(limit, () => controller.abort(late));
    const sentAt = this.#clock.monotonic();
    try {
      const answer = await request(controller.signal);
      this.#answered(sentAt);
      return answer;
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) this.#answered(sentAt);
      else this.#lostSince ??= sentAt;
      throw error;
    } finally {
      cancel();
    }
  }

  #answered(sentAt: number): void {
    const since = this.#lostSince;
    this.#lostSince = undefined;
    // One slow answer is no lost link.
    if (since === undefined || sentAt - since < 2 * this.#retryMs) return;
    for (const listener of this.#onReturn) attempt(() => listener(since));
  }

  #report(): void {
    const leads = this.isLeader;
    const changed = this.#leading !== leads;
    this.#leading = leads;
    if (changed && leads) this.#term = new AbortController();
    if (changed && !leads) this.#term.abort();
    // Also without a change: a renewal that came late but in time leaves waiters from the moment in between.
    if (leads) for (const go of this.#waiting.splice(0)) go();
    if (changed) attempt(() => this.#options.onChange?.(leads));
  }
}
