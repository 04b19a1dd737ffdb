import type { EventFault, EventType, StreamFault } from './plan.ts';
import type { EventFacts } from './schedule.ts';

/** What the connection has to do, one step after the other. */
export type Step =
  | { readonly type: 'Write'; readonly bytes: Buffer }
  | { readonly type: 'Wait'; readonly milliseconds: number }
  | { readonly type: 'Cut'; readonly how: 'Fin' | 'Reset' }
  | { readonly type: 'Silence' };

type Line = EventFacts & { readonly uid: string; readonly endsInitial: boolean; readonly bytes: Buffer };
type Held = Line & { readonly fault: 'Reorder' | 'Merge' };

const newline = Buffer.from('\n');
/** First byte of a character of two. */
const leadByte = Buffer.from([0xc3]);

/** One watch, line by line: turns what the API server sent into what the operator is to receive. */
export class EventStream {
  readonly #resource: string;
  readonly #decide: (facts: EventFacts) => EventFault | undefined;
  #initial: boolean;
  #held: Held | undefined;

  /** `initial` is true for a stream that begins with what exists. */
  constructor(resource: string, initial: boolean, decide: (facts: EventFacts) => EventFault | undefined) {
    this.#resource = resource;
    this.#initial = initial;
    this.#decide = decide;
  }

  /** True while a line is kept back until the next one, or until `flush`. */
  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** A whole line, without its newline. */
  take(bytes: Buffer): Step[] {
    const line = this.#read(bytes);
    const held = this.#held;
    this.#held = undefined;
    const fault = this.#decide(line);
    if (line.endsInitial) this.#initial = false;
    if (held !== undefined && held.fault === 'Merge')
      return [...(held.uid === line.uid ? [] : [write(held.bytes)]), ...this.#strike(line, fault)];
    return [...this.#strike(line, fault), ...(held === undefined ? [] : [write(held.bytes)])];
  }

  /** Delivers what was kept back, because nothing came after it. */
  flush(): Step[] {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? [] : [write(held.bytes)];
  }

  #strike(line: Line, fault: EventFault | undefined): Step[] {
    switch (fault?.type) {
      case undefined:
        return [write(line.bytes)];
      case 'Drop':
        return [];
      case 'Hold':
        return [{ type: 'Wait', milliseconds: fault.milliseconds }, write(line.bytes)];
      case 'Reorder':
      case 'Merge':
        this.#held = { ...line, fault: fault.type };
        return [];
      case 'Truncate':
        return [
          { type: 'Write', bytes: truncated(line.bytes) },
          { type: 'Cut', how: 'Fin' },
        ];
      case 'Garbage':
        return [...stepsOf(fault), write(line.bytes)];
      case 'Cut':
      case 'Error':
      case 'Silence':
        return stepsOf(fault);
    }
  }

  #read(bytes: Buffer): Line {
    // A line of the API server's own; every member is asked for with care all the same.
    const event = JSON.parse(bytes.toString('utf8')) as {
      readonly type?: EventType;
      readonly object?: {
        readonly metadata?: {
          readonly uid?: string;
          readonly namespace?: string;
          readonly annotations?: Readonly<Record<string, string>>;
        };
      };
    };
    const { uid = '', namespace = '', annotations = {} } = event.object?.metadata ?? {};
    const type = event.type ?? 'ERROR';
    const endsInitial = type === 'BOOKMARK' && annotations['k8s.io/initial-events-end'] === 'true';
    return { resource: this.#resource, namespace, type, initial: this.#initial, uid, endsInitial, bytes };
  }
}

/** The steps of a fault that needs no event. */
export function stepsOf(fault: StreamFault): Step[] {
  switch (fault.type) {
    case 'Cut':
      return [fault];
    case 'Silence':
      return [fault];
    case 'Garbage':
      return [write(Buffer.from('{"type":"MODIFIED","object":{"metadata":{"name'))];
    case 'Error': {
      const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: fault.code };
      const object = { ...status, reason: fault.code === 410 ? 'Expired' : 'InternalError' };
      return [write(Buffer.from(JSON.stringify({ type: 'ERROR', object }))), { type: 'Cut', how: 'Fin' }];
    }
  }
}

function write(line: Buffer): Step {
  return { type: 'Write', bytes: Buffer.concat([line, newline]) };
}

/** Ends after the first byte of a character: of one that is there, or of one that is made up. */
function truncated(line: Buffer): Buffer {
  const lead = line.findIndex((byte) => byte >= 0xc2);
  if (lead !== -1) return line.subarray(0, lead + 1);
  return Buffer.concat([line.subarray(0, Math.ceil(line.length / 2)), leadByte]);
}
