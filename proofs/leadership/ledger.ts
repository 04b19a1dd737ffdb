import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Request } from './terms.ts';

/** The part of an audit.k8s.io/v1 Event at level RequestResponse that tells terms and writes. */
type Logged = {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly sourceIPs?: readonly string[];
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly requestObject?: {
    readonly spec?: { readonly holderIdentity?: string };
    readonly metadata?: { readonly uid?: string; readonly resourceVersion?: string };
    readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  };
  readonly responseObject?: { readonly metadata?: { readonly resourceVersion?: string } };
};

/** The request that a line of the audit log is about; undefined for lines that end no request of these sources. */
export function readLine(line: string, sources: readonly string[]): Request | undefined {
  // Most lines are of others, and parsing them would take most of the time.
  const source = sources.find((address) => line.includes(`"${address}"`));
  if (source === undefined) return undefined;
  // Written by the API server; members that it may leave out are optional in the type.
  const event = JSON.parse(line) as Logged;
  if (event.stage !== 'ResponseComplete' || event.sourceIPs?.includes(source) !== true) return undefined;
  if (event.requestURI.includes('dryRun=')) return undefined;
  const { resource = '', subresource, name = '' } = event.objectRef ?? {};
  const version = event.responseObject?.metadata?.resourceVersion;
  const holder = resource === 'leases' ? event.requestObject?.spec?.holderIdentity : undefined;
  const code = event.responseStatus?.code ?? 0;
  const path = subresource === undefined ? resource : `${resource}/${subresource}`;
  return {
    ...{ source, resource, code, verb: event.verb },
    received: Date.parse(event.requestReceivedTimestamp),
    answered: Date.parse(event.stageTimestamp),
    ...(version !== undefined && { version: Number(version) }),
    ...(holder !== undefined && { holder }),
    guarded: isGuarded(event),
    what: `${event.stageTimestamp} ${event.verb} ${path} ${name} → ${code}`,
  };
}

/** A create makes or conflicts by itself; everything else has to name a version. */
function isGuarded({ verb, requestObject }: Logged): boolean {
  if (verb === 'create') return true;
  const named = verb === 'delete' ? requestObject?.preconditions : requestObject?.metadata;
  return named?.resourceVersion !== undefined;
}

/** The requests of some sources, read from an audit log as it grows. */
export class Ledger {
  readonly requests: Request[] = [];
  readonly #path: string;
  readonly #sources: readonly string[];
  #offset = 0;

  constructor(path: string, sources: readonly string[]) {
    this.#path = path;
    this.#sources = sources;
  }

  /** Takes in what was logged since the last call, and returns everything so far. */
  read(): readonly Request[] {
    const size = statSync(this.#path).size;
    if (size < this.#offset) throw new Error(`${this.#path} was rotated while it was being read`);
    const bytes = Buffer.alloc(size - this.#offset);
    const file = openSync(this.#path, 'r');
    try {
      readSync(file, bytes, 0, bytes.length, this.#offset);
    } finally {
      closeSync(file);
    }
    // The last line may still be on its way.
    const whole = bytes.lastIndexOf('\n') + 1;
    this.#offset += whole;
    for (const line of bytes.subarray(0, whole).toString('utf8').split('\n')) {
      const request = readLine(line, this.#sources);
      if (request !== undefined) this.requests.push(request);
    }
    return this.requests;
  }
}
