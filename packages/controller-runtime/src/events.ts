import { randomBytes } from 'node:crypto';
import type { ApiClient } from './client.ts';
import type { Cancel, Clock } from './clock.ts';
import { microTime, systemClock } from './clock.ts';
import { attempt } from './errors.ts';
import type { KubeObject, ObjectMeta, Resource } from './object.ts';

/** The Kind that events are written as. */
export const eventResource: Resource = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

/** Something that happened to an object. */
export interface EventInput {
  /** The object it happened to; needs apiVersion, kind, name and uid. */
  readonly regarding: { apiVersion?: string; kind?: string; metadata: ObjectMeta };
  readonly type: 'Normal' | 'Warning';
  /** UpperCamelCase, machine-readable. */
  readonly reason: string;
  /** What the controller did or tried, UpperCamelCase. */
  readonly action: string;
  /** For people; at most 1 kB is kept. */
  readonly note: string;
}

/** How events are recorded. */
export interface EventRecorderOptions {
  readonly client: ApiClient;
  /** `example.com/controller`. */
  readonly controller: string;
  /** Unique per process. */
  readonly instance: string;
  /** The same (uid, reason, note) within this time is counted in a series, not written anew; default 10 min. */
  readonly seriesMs?: number;
  /** A series is written at most this often; default 60 s. */
  readonly flushMs?: number;
  /** Events that may be written at once; default 25. */
  readonly burst?: number;
  /** One more event becomes allowed every so many milliseconds; default 5 s. */
  readonly refillMs?: number;
  readonly clock?: Clock;
  /** Told of each event that was not written: over the limit, or refused by the API server. */
  readonly onDropped?: (reason: 'limit' | 'error', error?: unknown) => void;
}

interface Series {
  readonly name: string;
  readonly namespace: string;
  count: number;
  lastAt: number;
  written: Promise<boolean>;
  cancel: Cancel | undefined;
}

const MAX_SERIES = 1_000;
const MAX_NOTE = 1_024;

/** Writes events.k8s.io events for transitions. Never throws, never blocks a reconcile, and never floods. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #series = new Map<string, Series>();
  readonly #pending = new Set<Promise<unknown>>();
  #tokens: number;
  #refilledAt: number;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#tokens = options.burst ?? 25;
    this.#refilledAt = this.#clock.monotonic();
  }

  /** Records an event; repeats of the same reason and note on the same object only raise its count. */
  record(event: EventInput): void {
    const key = [event.regarding.metadata.uid ?? '', event.reason, event.note].join('\u0000');
    const now = this.#clock.monotonic();
    const known = this.#series.get(key);
    if (known !== undefined && now - known.lastAt < (this.#options.seriesMs ?? 600_000)) {
      known.count += 1;
      known.lastAt = now;
      known.cancel ??= this.#clock.after(this.#options.flushMs ?? 60_000, () => this.#flush(known));
      return;
    }
    if (!this.#takeToken(now)) {
      attempt(() => this.#options.onDropped?.('limit'));
      return;
    }
    known?.cancel?.();
    this.#series.delete(key);
    this.#series.set(key, this.#begin(event, now));
    this.#trim();
  }

  /** Writes what is still counted only here, and resolves when nothing is under way. */
  async close(): Promise<void> {
    for (const series of this.#series.values()) {
      if (series.cancel === undefined) continue;
      series.cancel();
      this.#flush(series);
    }
    await Promise.all(this.#pending);
  }

  #begin(event: EventInput, now: number): Series {
    const { apiVersion, kind, metadata } = event.regarding;
    // Events about cluster-scoped objects live in `default`, as client-go has it.
    const namespace = metadata.namespace ?? 'default';
    const name = `${metadata.name.slice(0, 200)}.${randomBytes(8).toString('hex')}`;
    const { name: regardingName, uid, resourceVersion } = metadata;
    const body: KubeObject & Record<string, unknown> = {
      metadata: { name, namespace },
      eventTime: microTime(this.#clock.now()),
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance.slice(0, 128),
      action: event.action,
      reason: event.reason,
      type: event.type,
      note: clip(event.note),
      regarding: {
        apiVersion,
        kind,
        name: regardingName,
        namespace: metadata.namespace,
        uid,
        resourceVersion,
      },
    };
    const written = this.#send(() => this.#options.client.create(eventResource, body));
    return { name, namespace, count: 1, lastAt: now, written, cancel: undefined };
  }

  #flush(series: Series): void {
    series.cancel = undefined;
    void this.#send(async () => {
      if (!(await series.written)) return;
      const lastObservedTime = microTime(this.#clock.now());
      const patch = { series: { count: series.count, lastObservedTime } };
      await this.#options.client.patch(
        eventResource,
        { name: series.name, namespace: series.namespace },
        patch,
      );
    });
  }

  #send(write: () => Promise<unknown>): Promise<boolean> {
    const sending = (async () => {
      try {
        await write();
        return true;
      } catch (error) {
        attempt(() => this.#options.onDropped?.('error', error));
        return false;
      }
    })();
    this.#pending.add(sending);
    void sending.finally(() => this.#pending.delete(sending));
    return sending;
  }

  #takeToken(now: number): boolean {
    const { burst = 25, refillMs = 5_000 } = this.#options;
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#refilledAt) / refillMs);
    this.#refilledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #trim(): void {
    const oldest = this.#series.entries().next();
    if (this.#series.size <= MAX_SERIES || oldest.done === true) return;
    const [key, series] = oldest.value;
    series.cancel?.();
    this.#series.delete(key);
  }
}

function clip(note: string): string {
  // The API server counts bytes.
  const bytes = Buffer.from(note);
  if (bytes.length <= MAX_NOTE) return note;
  return `${bytes
    .subarray(0, MAX_NOTE - 6)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}
