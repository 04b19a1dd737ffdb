import { type AuditEvent, AuditMark, describeRequest, isBy, trafficOf } from './audit.ts';
import { waitFor } from './kube/wait.ts';
import type { Context, Outcome, Proof } from './proof.ts';
import { silenceMutants } from './silence-mutants.ts';
import { untilReady } from './stack.ts';
import type { Target } from './target.ts';

/** Seconds without a write after which a stack counts as converged: repeated Events are summed up a minute late. */
const calmFor = 65;
/** Seconds that are listened to at least: long enough for the lease to be renewed. */
const shortest = 30;

export const silence: Proof = {
  name: 'silence',
  sentence:
    'In five minutes of a converged stack the operator sends the API server no write and no read, its lease and its watches apart (audit log).',
  minimum: 60,
  minutes: 6,
  mutants: silenceMutants,
  run: async (context) => {
    const target = await context.target();
    const { auditLog } = target;
    if (auditLog === undefined) throw new Error('the audit log of this cluster cannot be read from here');
    await converged(target, auditLog, context);
    const seconds = Math.max(shortest, Math.min(300, Math.floor((context.endsAt - Date.now()) / 1000)));
    context.say(`listening for ${seconds} s`);
    const mark = new AuditMark(auditLog);
    const heard = await listen(mark, target, seconds, context);
    return toOutcome(heard, seconds);
  },
};

/** Resolves when the stack is Ready and the operator has written nothing for a while. */
async function converged(
  { kube, stack, operator }: Target,
  auditLog: string,
  context: Context,
): Promise<void> {
  context.say('waiting for a converged stack');
  await untilReady(kube, stack);
  const mark = new AuditMark(auditLog);
  let writes = 0;
  let calmSince = performance.now();
  await waitFor(
    `${calmFor} s without a write by the operator`,
    async () => {
      const now = trafficOf(mark.since(), operator).writes.length;
      if (now !== writes) calmSince = performance.now();
      writes = now;
      return performance.now() - calmSince >= calmFor * 1000 ? true : undefined;
    },
    context.stopAtFailure ? 2 * calmFor * 1000 : 300_000,
    1000,
  );
}

/** All events of so many seconds; fewer when one failure is enough. The passing of time is what is measured here. */
async function listen(
  mark: AuditMark,
  { operator }: Target,
  seconds: number,
  context: Context,
): Promise<{ events: AuditEvent[]; lease: number; noise: AuditEvent[] }> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const events = mark.since();
    const { writes, reads } = trafficOf(events, operator);
    const noise = [...writes, ...reads];
    const enough = context.stopAtFailure && noise.length > 0;
    if (enough || performance.now() >= end) {
      const lease = events.filter((event) => event.resource === 'leases' && isBy(event, operator)).length;
      return { events, lease, noise };
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, Math.max(1, end - performance.now()))));
  }
}

function toOutcome({ events, lease, noise }: Awaited<ReturnType<typeof listen>>, seconds: number): Outcome {
  // Silence of an operator that is gone, or of a log that records nothing, proves nothing.
  const deaf =
    lease === 0 && noise.length === 0
      ? ['the operator did not renew its lease: it is not running or the audit log is blind']
      : [];
  return {
    done: seconds,
    of: seconds,
    failures: [...deaf, ...noise.slice(0, 20).map(describeRequest)],
    figures: {
      seconds,
      writes: noise.filter(({ verb }) => verb !== 'get' && verb !== 'list').length,
      reads: noise.filter(({ verb }) => verb === 'get' || verb === 'list').length,
      leaseRequests: lease,
      requestsSeen: events.length,
    },
  };
}
