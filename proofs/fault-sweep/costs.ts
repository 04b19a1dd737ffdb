import type { RequestRecord, Verdict } from '../kfault/plan.ts';
import { retryAfterSeconds } from './faults.ts';

/** Most writes of an undisturbed run, as a multiple of the fewest that do its work. */
export const mostWrites = 1.2;
/** Most requests while three in ten are answered with 429, as a multiple of those of an undisturbed run. */
const mostRequests = 2;

/** Writes of a run, and the fewest with which its work can be done: one an object, and at most two of the status. */
export type Writes = { readonly done: number; readonly fewest: number };

/** Counts the writes that the API server was asked for. */
export function writesOf({ requests }: Pick<Verdict, 'requests'>): Writes {
  const writes = requests.filter(({ lane }) => lane === 'write');
  const ofObjects = writes.filter(({ subresource }) => subresource !== 'status');
  const objects = new Set(
    ofObjects.map(({ method, resource, name, position }) =>
      // A create has its name in the body; no two creates of a run are of the same object.
      name === '' ? `${method} ${resource} ${position}` : `${resource} ${name}`,
    ),
  );
  return { done: writes.length, fewest: objects.size + Math.min(2, writes.length - ofObjects.length) };
}

/** Requests of a run, Leases and Events apart. */
export function requestsOf({ counted }: Pick<Verdict, 'counted'>): number {
  return counted.write + counted.read + counted.watch;
}

/** Requests that came again sooner than a 429 with `Retry-After` had asked for; a sentence each. */
export function impatient({ requests }: Pick<Verdict, 'requests'>, seconds: number): string[] {
  const told = new Map<string, number>();
  return requests.flatMap((request) => {
    const key = identityOf(request);
    const since = told.get(key);
    told.delete(key);
    if (request.fault === 'Answer') told.set(key, request.milliseconds);
    const waited = request.milliseconds - (since ?? Number.NEGATIVE_INFINITY);
    // Both times are rounded, and are those at which the proxy saw the requests.
    return waited < seconds * 1000 - 20 ? [`${key} again after ${waited} ms, told ${seconds} s`] : [];
  });
}

/** Objects that were written more often than in the undisturbed run; a sentence each. */
export function rewritten(seen: Pick<Verdict, 'requests'>, undisturbed: Pick<Verdict, 'requests'>): string[] {
  const wanted = timesWritten(undisturbed);
  return [...timesWritten(seen)]
    .filter(([object, times]) => times > (wanted.get(object) ?? 0))
    .map(([object, times]) => `${object}: wanted ${wanted.get(object) ?? 0} writes, counted ${times}`);
}

/** How often each object was written, status apart; creates by POST together, for their URL has no name. */
function timesWritten({ requests }: Pick<Verdict, 'requests'>): Map<string, number> {
  const times = new Map<string, number>();
  for (const { lane, subresource, resource, name } of requests) {
    const object = `${resource} ${name}`.trim();
    if (lane === 'write' && subresource === '') times.set(object, (times.get(object) ?? 0) + 1);
  }
  return times;
}

/** What is the same when a request is repeated. Creates are told apart by their position, for their URL has no name. */
function identityOf({ lane, method, resource, name, subresource, position }: RequestRecord): string {
  const which = lane === 'write' && name === '' ? String(position) : name;
  return `${method} ${lane} ${resource} ${which} ${subresource}`.trim();
}

/** What lasting conditions cost, run by run. */
export class Prices {
  readonly #ratios: { requests: number[]; writes: number[] } = { requests: [], writes: [] };

  /** Sentences for what a run under a lasting condition did too much or too soon, beside the undisturbed run. */
  judge(costs: 'requests' | 'writes' | undefined, seen: Verdict, undisturbed: Verdict): string[] {
    if (costs === 'requests') {
      const [wanted, sent] = [requestsOf(undisturbed), requestsOf(seen)];
      this.#ratios.requests.push(sent / wanted);
      const hurried = impatient(seen, retryAfterSeconds);
      if (sent <= mostRequests * wanted) return hurried;
      return [`wanted at most ${mostRequests} x ${wanted} requests, counted ${sent}`, ...hurried];
    }
    if (costs === undefined) return [];
    const { done, fewest } = writesOf(seen);
    this.#ratios.writes.push(done / fewest);
    const again = rewritten(seen, undisturbed);
    if (done <= mostWrites * fewest) return again;
    return [`wanted at most ${mostWrites} x ${fewest} writes, counted ${done}`, ...again];
  }

  /** The dearest runs, as multiples of what was wanted. */
  worst(): { requestsUnder429: number; writesWithLateEvents: number } {
    const worst = (values: readonly number[]) => Math.round(100 * Math.max(0, ...values)) / 100;
    return {
      requestsUnder429: worst(this.#ratios.requests),
      writesWithLateEvents: worst(this.#ratios.writes),
    };
  }
}
