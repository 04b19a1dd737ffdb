import { type Actor, type AuditEvent, AuditMark, describeRequest, isBy, trafficOf } from '../audit.ts';
import { untilCalm } from '../calm.ts';
import type { Kube } from '../kube/kube.ts';
import { at } from '../kube/object.ts';
import { objectsOf, type StackName, stackReference, untilReady } from '../stack.ts';
import { type Difference, differenceOf, judgeWrites, type Picture, pictureOf } from './ledger.ts';
import { judgeStatus } from './status.ts';

/** Where requests are counted, and whose. */
export type Counted = { readonly kube: Kube; readonly auditLog: string; readonly operator: Actor };

/** What the operator sent from the moment of an act until the stack was Ready and the operator calm. */
export type Phase = {
  readonly difference: Difference;
  readonly childWrites: number;
  readonly statusWrites: number;
  readonly transitions: number;
  readonly reads: number;
  readonly events: number;
  readonly failures: readonly string[];
};

/** The stack as it was seen last. */
export type Seen = { readonly objects: Picture; readonly status: unknown };

/** Seconds without a write after which an act has had all its consequences. */
const calmFor = 2.5;

/** Acts on a stack, waits until all has come of it, and judges every request that the operator sent meanwhile. */
export async function countPhase(
  { kube, auditLog, operator }: Counted,
  stack: StackName,
  before: Seen,
  act: () => Promise<unknown>,
): Promise<{ phase: Phase; seen: Seen }> {
  const mark = new AuditMark(auditLog);
  await act();
  await untilReady(kube, stack, 120_000);
  const calm = await untilCalm(auditLog, operator, { seconds: calmFor, deadline: 30_000, events: false });
  const seen = {
    objects: pictureOf(await objectsOf(kube, stack)),
    status: at(await kube.get(stackReference(stack)), 'status'),
  };
  const phase = judgePhase(mark.since(), operator, before, seen);
  const failures = [...(calm ? [] : ['the operator writes on and on']), ...phase.failures];
  return { phase: { ...phase, failures }, seen };
}

/** Judges the requests of one phase by what differs after it; pure. */
export function judgePhase(events: readonly AuditEvent[], operator: Actor, before: Seen, after: Seen): Phase {
  const { reads, writes } = trafficOf(events, operator);
  const isEvent = ({ resource }: AuditEvent) => resource === 'events';
  const ofStatus = writes.filter(({ subresource }) => subresource === 'status');
  const ofChildren = writes.filter((write) => write.subresource === '' && !isEvent(write) && !isKey(write));
  const needlessReads = reads.filter((read) => !isKey(read));
  const difference = differenceOf(before.objects, after.objects);
  const status = judgeStatus(
    before.status,
    ofStatus.map((write) => write.status),
    events.filter((event) => isCause(event, operator)).length,
  );
  return {
    difference,
    childWrites: ofChildren.length,
    statusWrites: status.writes,
    transitions: status.transitions,
    reads: needlessReads.length,
    events: writes.filter(isEvent).length,
    failures: [
      ...needlessReads.map((read) => `read: ${describeRequest(read)}`),
      ...judgeWrites(ofChildren, difference),
      ...status.failures,
    ],
  };
}

/** Whether somebody else changed something that a stack's status may tell of. */
function isCause(event: AuditEvent, operator: Actor): boolean {
  const written = !['get', 'list', 'watch'].includes(event.verb) && event.code < 300;
  return written && !isBy(event, operator) && !['events', 'leases'].includes(event.resource);
}

/** The key of an installation's passwords: looked at, or made, once in the life of a process and for no stack. */
function isKey({ resource, name }: AuditEvent): boolean {
  return resource === 'secrets' && name === 'ecommercestack-operator-key';
}
