import { type Actor, type AuditEvent, isBy } from '../audit.ts';

/** How many requests of an actor there were, by what they are for. */
export type Requests = {
  readonly writes: readonly AuditEvent[];
  readonly gets: readonly AuditEvent[];
  readonly lists: readonly AuditEvent[];
  readonly refused: number;
  readonly lease: number;
  readonly watches: number;
};

/** No request at all. */
export const noRequests: Requests = { writes: [], gets: [], lists: [], refused: 0, lease: 0, watches: 0 };

/** Adds an actor's requests; a watch counts when it is opened, everything else when it is answered. */
export function addRequests(sum: Requests, events: readonly AuditEvent[], actor: Actor): Requests {
  const mine = events.filter((event) => isBy(event, actor));
  const watches = mine.filter(({ verb, stage }) => verb === 'watch' && stage === 'ResponseStarted').length;
  const answered = mine.filter(({ verb, stage }) => verb !== 'watch' && stage === 'ResponseComplete');
  const others = answered.filter(({ resource }) => resource !== 'leases');
  const reads = new Set(['get', 'list']);
  return {
    writes: [...sum.writes, ...others.filter(({ verb }) => !reads.has(verb))],
    gets: [...sum.gets, ...others.filter(({ verb }) => verb === 'get')],
    lists: [...sum.lists, ...others.filter(({ verb }) => verb === 'list')],
    refused: sum.refused + others.filter(({ code }) => code >= 400).length,
    lease: sum.lease + answered.length - others.length,
    watches: sum.watches + watches,
  };
}
