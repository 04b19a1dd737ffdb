import { type Actor, type AuditEvent, trafficOf } from '../../proofs/audit.ts';

/** What one new stack cost. */
export type Cost = {
  readonly children: number;
  readonly childWrites: number;
  readonly statusWrites: number;
  readonly reads: number;
  /** From the stack's own creation to the last child's. */
  readonly objectsPerSecond: number;
};

/** Reads from the audit log what the actor did in a namespace since its stack was made. */
export function costOf(events: readonly AuditEvent[], actor: Actor, namespace: string): Cost {
  const here = events.filter((event) => event.namespace === namespace);
  const { writes, reads } = trafficOf(here, actor);
  const stack = here.find(
    ({ resource, stage, subresource }) =>
      resource === 'ecommercestacks' && subresource === '' && stage === 'ResponseComplete',
  );
  const children = writes.filter(({ resource }) => resource !== 'ecommercestacks' && resource !== 'events');
  const made = children.filter(({ code }) => code === 201);
  const last = Math.max(...made.map(({ time }) => Date.parse(time)));
  const seconds = (last - Date.parse(stack?.time ?? '')) / 1000;
  return {
    children: made.length,
    childWrites: children.length,
    statusWrites: writes.filter(({ subresource }) => subresource === 'status').length,
    reads: reads.length,
    objectsPerSecond: made.length / seconds,
  };
}
