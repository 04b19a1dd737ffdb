import { AuditMark, describeRequest } from '../audit.ts';
import { untilCalm } from '../calm.ts';
import { type OperatorProcess, type Plane, startOperator, startPlane } from '../controlplane.ts';
import { percentile } from '../percentile.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { objectsOf } from '../stack.ts';
import { makeFleet, secondsToReady, untilAllReady } from './fleet.ts';
import { fleetMutants } from './mutants.ts';
import { usageOf } from './process.ts';
import { addRequests, noRequests, type Requests } from './requests.ts';
import { type Size, sizeFor } from './size.ts';

/** Seconds in which any fleet has to be Ready, however busy the machine is. */
const patience = 2400;
const operatorActor = { userAgent: 'ecommercestack-operator' };

export const silence200: Proof = {
  name: 'silence-200',
  sentence:
    'Two hundred stacks in two hundred namespaces at rest for ten minutes cost the API server no write, no GET and no LIST of the operator, lease and watch renewals apart (audit log).',
  minimum: 10,
  minutes: 30,
  selfContained: true,
  mutants: fleetMutants,
  run: async (context) => {
    const plane = await startPlane((line) => context.say(line));
    try {
      const operator = await startOperator({
        ...{ kubeconfig: plane.kubeconfig, directory: plane.directory },
        name: context.mutant?.name ?? 'shipped',
        ...(context.mutant && { patches: [context.mutant] }),
      });
      try {
        return await listen(plane, operator, context);
      } finally {
        await operator.stop();
      }
    } finally {
      await plane.stop();
    }
  },
};

async function listen(plane: Plane, operator: OperatorProcess, context: Context): Promise<Outcome> {
  const size = sizeFor((context.endsAt - Date.now()) / 1000, context.stopAtFailure);
  const rise = await converge(plane, size, context);
  if (rise.ready < size.stacks) {
    const failures = [`${rise.ready} of ${size.stacks} stacks are Ready after ${patience} s`];
    return { done: rise.ready, of: size.stacks, failures, figures: rise.figures };
  }
  context.say(`waiting for ${size.calm} s without a write`);
  // Repeated Events are summed up a minute late; a hunt does not wait for them and leaves them out.
  const events = !context.stopAtFailure;
  const deadline = (events ? 6 : 1) * size.calm * 1000;
  await untilCalm(plane.auditLog, operatorActor, { seconds: size.calm, deadline, events });
  const left = Math.floor((context.endsAt - Date.now()) / 1000);
  const seconds = events ? Math.max(60, Math.min(size.seconds, left)) : size.seconds;
  context.say(`listening for ${seconds} s`);
  const [mark, before] = [new AuditMark(plane.auditLog), usageOf(operator.pid)];
  const heard = await hear(mark, seconds, context);
  const after = usageOf(operator.pid);
  const figures = {
    ...rise.figures,
    ...atRest(heard, seconds),
    residentMiB: after.residentMiB,
    cpuSecondsAtRest: Number((after.cpuSeconds - before.cpuSeconds).toFixed(2)),
  };
  return { done: size.stacks, of: 200, failures: failuresOf(heard, events), figures };
}

type Rise = { readonly ready: number; readonly figures: Outcome['figures'] };

/** Makes the fleet and waits until all of it is Ready; counts what that took. */
async function converge({ kube, auditLog }: Plane, size: Size, context: Context): Promise<Rise> {
  const mark = new AuditMark(auditLog);
  const started = performance.now();
  let requests = noRequests;
  context.say(`making ${size.stacks} stacks`);
  const fleet = await makeFleet(kube, size.stacks, context.random);
  const made = (performance.now() - started) / 1000;
  let said = -1;
  const ready = await untilAllReady(kube, size.stacks, patience * 1000, (count) => {
    requests = addRequests(requests, mark.take(), operatorActor);
    if (Math.floor((count * 10) / size.stacks) === said) return;
    said = Math.floor((count * 10) / size.stacks);
    context.say(`${count} of ${size.stacks} are Ready`);
  });
  const seconds = (performance.now() - started) / 1000;
  requests = addRequests(requests, mark.take(), operatorActor);
  const times = (await kube.list('ecommercestack.dev/v1alpha1', 'EcommerceStack')).map(secondsToReady);
  const sizes: number[] = [];
  for (const stack of fleet) sizes.push((await objectsOf(kube, stack)).length);
  const children = requests.writes.filter(
    ({ subresource, resource }) => subresource === '' && resource !== 'events',
  );
  return {
    ready,
    figures: {
      stacks: size.stacks,
      objects: sizes.reduce((sum, each) => sum + each, 0),
      secondsToMake: Math.round(made),
      secondsToConverge: Math.round(seconds),
      p50SecondsToReady: percentile(times, 0.5),
      p99SecondsToReady: percentile(times, 0.99),
      childWritesToConverge: children.length,
      statusWritesToConverge: requests.writes.filter(({ subresource }) => subresource === 'status').length,
      readsToConverge: requests.gets.length + requests.lists.length,
      refusedToConverge: requests.refused,
    },
  };
}

/** All requests of so many seconds; of fewer when one failure is enough. The passing of time is what is measured here. */
async function hear(mark: AuditMark, seconds: number, context: Context): Promise<Requests> {
  const end = performance.now() + seconds * 1000;
  let requests = noRequests;
  for (;;) {
    requests = addRequests(requests, mark.take(), operatorActor);
    const enough = context.stopAtFailure && failuresOf(requests, false).length > 0 && requests.lease > 0;
    if (enough || performance.now() >= end) return requests;
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, Math.max(1, end - performance.now()))));
  }
}

function failuresOf({ writes, gets, lists, lease }: Requests, events: boolean): string[] {
  const noise = [...writes, ...gets, ...lists].filter(({ resource }) => events || resource !== 'events');
  // Silence of an operator that is gone, or of a log that records nothing, proves nothing.
  const deaf =
    lease === 0 ? ['the operator did not renew its lease: it is not running or the log is blind'] : [];
  return [...deaf, ...noise.slice(0, 20).map(describeRequest)];
}

function atRest({ writes, gets, lists, lease, watches }: Requests, seconds: number): Outcome['figures'] {
  const all = writes.length + gets.length + lists.length + lease + watches;
  return {
    seconds,
    writes: writes.length,
    gets: gets.length,
    lists: lists.length,
    leaseRequests: lease,
    watchesOpened: watches,
    requestsPerMinute: Number(((all / seconds) * 60).toFixed(1)),
  };
}
