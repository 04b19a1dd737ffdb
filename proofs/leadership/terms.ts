/** A request of one of the operators, as the audit log tells it. */
export type Request = {
  /** Which operator: the address that its wire leaves from. */
  readonly source: string;
  readonly verb: string;
  readonly resource: string;
  readonly code: number;
  /** Milliseconds since the epoch at which the API server had it, and at which it had answered. */
  readonly received: number;
  readonly answered: number;
  /** Version of the object in the answer: etcd's count, so it orders writes of all Kinds. */
  readonly version?: number;
  /** Of a lease: whom it names; empty when it is given away. */
  readonly holder?: string;
  /** True when the request names what it changes, so that the API server refuses it once that has changed. */
  readonly guarded: boolean;
  readonly what: string;
};

/** A time in which one operator holds the lease: from its first write of it on, until another's. */
type Term = { readonly source: string; readonly version: number; readonly since: number };

/** What became of the terms of leadership. */
export type Findings = {
  readonly terms: readonly Term[];
  /** Writes of a former leader that took effect after the first write of its successor. */
  readonly late: readonly Request[];
  /** The same of Events, which are notes and change nothing. */
  readonly lateEvents: readonly Request[];
  /** Writes of a former leader that reached the API server after the first write of its successor, and were refused. */
  readonly refused: readonly Request[];
};

const writeVerbs = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Judges the requests of all operators against the terms that their lease requests make. */
export function judgeTerms(requests: readonly Request[]): Findings {
  const terms = termsOf(requests);
  const writes = requests.filter(({ verb, resource }) => writeVerbs.has(verb) && resource !== 'leases');
  const late: Request[] = [];
  const refused: Request[] = [];
  for (const [index, term] of terms.entries()) {
    const next = terms[index + 1];
    const within = writes.filter((write) => next === undefined || isBefore(write, next));
    const [first] = within
      .filter((write) => write.source === term.source && isDone(write) && !isBefore(write, term))
      .toSorted((a, b) => a.answered - b.answered);
    if (index === 0 || first === undefined) continue;
    const others = within.filter((write) => write.source !== term.source && isAfter(write, first));
    late.push(...others.filter(isDone));
    refused.push(...others.filter((write) => !isDone(write)));
  }
  const isEvent = ({ resource }: Request): boolean => resource === 'events';
  return {
    terms,
    late: late.filter((write) => !isEvent(write)),
    lateEvents: late.filter(isEvent),
    refused,
  };
}

function termsOf(requests: readonly Request[]): Term[] {
  const terms: Term[] = [];
  const held = requests
    .filter((request) => request.resource === 'leases' && writeVerbs.has(request.verb) && isDone(request))
    .filter(({ holder }) => holder !== undefined && holder !== '')
    .toSorted((a, b) => (a.version ?? 0) - (b.version ?? 0));
  for (const { source, version = 0, answered } of held) {
    if (terms.at(-1)?.source !== source) terms.push({ source, version, since: answered });
  }
  return terms;
}

function isDone({ code }: Request): boolean {
  return code >= 200 && code < 300;
}

/** A write that changed nothing answers with the object's old version; then only its time tells when it was. */
function isBefore(write: Request, term: Term): boolean {
  return write.version === undefined
    ? write.answered < term.since
    : write.version < term.version && write.received < term.since;
}

function isAfter(write: Request, first: Request): boolean {
  if (write.received > first.answered) return true;
  return isDone(write) && write.version !== undefined && write.version > (first.version ?? 0);
}
