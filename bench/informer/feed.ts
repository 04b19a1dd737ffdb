import { deploymentAt } from './fleet.ts';

/** What the feeder plays: a fleet, and so many changes of status over it. */
export type Plan = { readonly objects: number; readonly events: number };

/** One recorded stream: the lists and every event as bytes, encoded before anything is measured. */
export class Feed {
  readonly #plan: Plan;
  readonly #frames: Buffer[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
    for (let event = 1; event <= plan.events; event += 1) {
      const index = this.#indexOf(event);
      this.#frames.push(frame('MODIFIED', index, event, this.#first + event));
    }
  }

  /** Version of the fleet before the first event. */
  get #first(): number {
    return 1_000_000 + this.#plan.objects;
  }

  /** Events happen all over the fleet; the step is prime to every size that ends in zeros. */
  #indexOf(event: number): number {
    return (event * 7) % this.#plan.objects;
  }

  /** How many events a client that has seen `version` has seen. */
  positionOf(version: string): number {
    return Math.max(0, Math.min(this.#plan.events, Number(version) - this.#first));
  }

  versionAt(position: number): string {
    return String(this.#first + position);
  }

  /** The events in (from, to], each in an HTTP chunk of its own, as the API server sends them. */
  events(from: number, to: number): Buffer {
    return Buffer.concat(this.#frames.slice(from, to));
  }

  /** The fleet after `position` events: version and turn by index. */
  stateAt(position: number): { version: number; turn: number }[] {
    const { objects } = this.#plan;
    const state = Array.from({ length: objects }, (_, index) => ({ version: 1_000_000 + index, turn: 0 }));
    for (let event = 1; event <= position; event += 1) {
      state[this.#indexOf(event)] = { version: this.#first + event, turn: event };
    }
    return state;
  }

  /** Key to version after `position` events: what a cache should hold. */
  truth(position: number): Map<string, string> {
    const entries = this.stateAt(position).map(({ version }, index) => {
      const { name, namespace } = deploymentAt(index, 0, 0).metadata;
      return [`${namespace}/${name}`, String(version)] as const;
    });
    return new Map(entries);
  }

  /** A list, or one page of it that begins at index `start`. */
  list(position: number, start: number, limit: number): string {
    const page = this.stateAt(position).slice(start, start + limit);
    const next = start + limit < this.#plan.objects ? { continue: String(start + limit) } : {};
    return JSON.stringify({
      kind: 'DeploymentList',
      apiVersion: 'apps/v1',
      metadata: { resourceVersion: this.versionAt(position), ...next },
      items: page.map(({ version, turn }, offset) => deploymentAt(start + offset, turn, version)),
    });
  }

  /** The answer to `sendInitialEvents`: every object and the bookmark that ends them. */
  initialEvents(position: number): Buffer {
    const added = this.stateAt(position).map(({ version, turn }, index) =>
      frame('ADDED', index, turn, version),
    );
    return Buffer.concat([...added, this.bookmark(position, { 'k8s.io/initial-events-end': 'true' })]);
  }

  bookmark(position: number, annotations?: Record<string, string>): Buffer {
    const metadata = { resourceVersion: this.versionAt(position), creationTimestamp: null, annotations };
    return chunk({ type: 'BOOKMARK', object: { kind: 'Deployment', apiVersion: 'apps/v1', metadata } });
  }
}

/** The last event of a watch whose version is too old. */
export const expired = chunk({
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'too old resource version',
    reason: 'Expired',
    code: 410,
  },
});

function frame(type: string, index: number, turn: number, version: number): Buffer {
  const object = { kind: 'Deployment', apiVersion: 'apps/v1', ...deploymentAt(index, turn, version) };
  return chunk({ type, object });
}

function chunk(event: unknown): Buffer {
  const line = Buffer.from(`${JSON.stringify(event)}\n`);
  return Buffer.concat([Buffer.from(`${line.length.toString(16)}\r\n`), line, Buffer.from('\r\n')]);
}
