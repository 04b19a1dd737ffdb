import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

/** The part of an audit.k8s.io/v1 Event that proofs judge. */
export type AuditEvent = {
  readonly stage: string;
  readonly verb: string;
  readonly user: string;
  readonly userAgent: string;
  readonly resource: string;
  readonly group: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
  readonly time: string;
  readonly uri: string;
  /** Whether RBAC allowed it, `allow` or `forbid`; absent where the log does not say. */
  readonly decision?: string;
  /** The status that was sent, of a write to a status subresource whose body the log keeps. */
  readonly status?: unknown;
  /** What was sent of a route of the mesh. */
  readonly route?: unknown;
  /** True for a delete that named the uid which it meant. */
  readonly meansUid?: true;
};

export type Traffic = { readonly writes: readonly AuditEvent[]; readonly reads: readonly AuditEvent[] };

const readVerbs = new Set(['get', 'list']);

/** Parses whole lines of an audit log; a last line that is still being written is left out. */
export function parseAuditLog(text: string): AuditEvent[] {
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const event = JSON.parse(line);
      return {
        stage: event.stage ?? '',
        verb: event.verb ?? '',
        user: event.user?.username ?? '',
        userAgent: event.userAgent ?? '',
        resource: event.objectRef?.resource ?? '',
        group: event.objectRef?.apiGroup ?? '',
        subresource: event.objectRef?.subresource ?? '',
        namespace: event.objectRef?.namespace ?? '',
        // A generated name stands in the answer alone.
        name: event.objectRef?.name ?? event.responseObject?.metadata?.name ?? '',
        code: event.responseStatus?.code ?? 0,
        time: event.stageTimestamp ?? event.requestReceivedTimestamp ?? '',
        uri: event.requestURI ?? '',
        ...(event.annotations?.['authorization.k8s.io/decision'] && {
          decision: event.annotations['authorization.k8s.io/decision'],
        }),
        ...(event.requestObject?.preconditions?.uid !== undefined && { meansUid: true }),
        ...(event.objectRef?.apiGroup === 'networking.istio.io' &&
          event.requestObject?.spec && { route: event.requestObject.spec }),
        ...(event.objectRef?.subresource === 'status' && { status: event.requestObject?.status }),
      };
    });
}

/** Whose request it is: an account's name, or a process that shares an account with others by its User-Agent. */
export type Actor = { readonly user?: string; readonly userAgent?: string };

/** True when the event was sent by the actor. */
export function isBy(event: AuditEvent, actor: Actor): boolean {
  if (actor.user !== undefined && event.user === actor.user) return true;
  return actor.userAgent !== undefined && event.userAgent.split('/')[0] === actor.userAgent;
}

/** What the actor wrote and read, leaving out its leases and its watches, which a process at rest must renew. */
export function trafficOf(events: readonly AuditEvent[], actor: Actor): Traffic {
  const answered = events.filter(
    (event) =>
      event.stage === 'ResponseComplete' &&
      isBy(event, actor) &&
      event.verb !== 'watch' &&
      event.resource !== 'leases',
  );
  return {
    reads: answered.filter((event) => readVerbs.has(event.verb)),
    writes: answered.filter((event) => !readVerbs.has(event.verb)),
  };
}

/** One line that names a request. */
export function describeRequest(event: AuditEvent): string {
  const resource = [event.resource, event.subresource].filter((part) => part !== '').join('/');
  const object = [event.namespace, event.name].filter((part) => part !== '').join('/');
  return `${event.time} ${event.verb} ${resource} ${object} → ${event.code}`.replace(/ +/g, ' ');
}

/** A place in an audit log from which later events can be read. */
export class AuditMark {
  readonly path: string;
  #offset: number;

  constructor(path: string) {
    this.path = path;
    this.#offset = existsSync(path) ? statSync(path).size : 0;
  }

  /**
   * Events written since the mark was set, or those of one namespace, which is sooner done in a log that many share.
   * Throws when the log was rotated, for then some are lost.
   */
  since(namespace?: string): AuditEvent[] {
    const text = this.#read().toString('utf8');
    if (namespace === undefined) return parseAuditLog(text);
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    const about = lines
      .filter((line) => line.includes(`"namespace":"${namespace}"`))
      .map((line) => `${line}\n`);
    return parseAuditLog(about.join('')).filter((event) => event.namespace === namespace);
  }

  /** As `since`, and moves the mark behind them, so that a long watch over a large log reads each event once. */
  take(): AuditEvent[] {
    const bytes = this.#read();
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#offset += whole.length;
    return parseAuditLog(whole.toString('utf8'));
  }

  #read(): Buffer {
    const size = statSync(this.path).size;
    if (size < this.#offset) throw new Error(`${this.path} was rotated while it was being read`);
    const file = openSync(this.path, 'r');
    try {
      const bytes = Buffer.alloc(size - this.#offset);
      readSync(file, bytes, 0, bytes.length, this.#offset);
      return bytes;
    } finally {
      closeSync(file);
    }
  }
}
