import { AuditMark } from '../audit.ts';
import { untilCalm } from '../calm.ts';
import { type Plane, startOperator, startPlane } from '../controlplane.ts';
import type { KubeObject } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { type StackName, stackReference } from '../stack.ts';
import { type Change, drawChanges, drawSpec, type Spec } from './draw.ts';
import { summaryOf } from './ledger.ts';
import { thriftMutants } from './mutants.ts';
import { type Counted, countPhase, judgePhase, type Phase, type Seen } from './phase.ts';

const operatorActor = { userAgent: 'ecommercestack-operator' };
/** Stacks of a run without a limit. */
const stacks = 12;
/** Changes of one stack, itself included. */
const phasesEach = 10;

export const thrift: Proof = {
  name: 'thrift',
  sentence:
    'A new stack of k objects costs exactly k writes and no read; a change costs one write for each object that differs after it; an unchanged re-apply or a restart costs none; status is written twice at most beside its transitions (audit log).',
  minimum: 10,
  minutes: 8,
  selfContained: true,
  mutants: thriftMutants,
  run: async (context) => {
    const plane = await startPlane((line) => context.say(line));
    try {
      const samples = await withOperator(plane, context, () => countStacks(plane, context));
      // A planted bug has shown by now.
      if (!context.stopAtFailure) samples.push(await countRestart(plane, context));
      return toOutcome(samples);
    } finally {
      await plane.stop();
    }
  },
};

async function withOperator<T>(
  { kubeconfig, directory }: Plane,
  { mutant }: Context,
  work: () => Promise<T>,
): Promise<T> {
  const settings = { kubeconfig, directory, name: mutant?.name ?? 'shipped' };
  const operator = await startOperator({ ...settings, ...(mutant && { patches: [mutant] }) });
  try {
    return await work();
  } finally {
    await operator.stop();
  }
}

/** An operator that finds every stack as it should be: it fills its caches and writes nothing. */
async function countRestart(plane: Plane, context: Context): Promise<Sample> {
  const { auditLog } = plane;
  const mark = new AuditMark(auditLog);
  const calm = { seconds: 5, deadline: 30_000, events: false };
  await withOperator(plane, context, () => untilCalm(auditLog, operatorActor, calm));
  const nothing = { objects: new Map<string, string>(), status: undefined };
  // Caches are filled by lists where watches alone cannot fill them.
  const events = mark.since().filter(({ verb }) => verb !== 'list');
  const phase = judgePhase(events, operatorActor, nothing, nothing);
  context.say(
    `restart: ${phase.childWrites} child writes, ${phase.statusWrites} of status, ${phase.reads} reads`,
  );
  const failures = phase.failures.map((failure) => `restart: ${failure}`);
  return { ...phase, failures, name: 'all restart', objects: 0 };
}

/** One phase with its name, and how many objects its stack had after it. */
type Sample = Phase & { readonly name: string; readonly objects: number };

async function countStacks(plane: Plane, context: Context): Promise<Sample[]> {
  const samples: Sample[] = [];
  const isOver = () =>
    // The restart is a sample, too.
    (Date.now() >= context.endsAt && samples.length + 1 >= thrift.minimum) ||
    (context.stopAtFailure && samples.some(({ failures }) => failures.length > 0));
  // One stack shows a planted bug or none does.
  const many = context.stopAtFailure ? 1 : stacks;
  for (let index = 0; index < many && !isOver(); index++) {
    await countStack(plane, { namespace: `thrift-${index}`, name: 'shop' }, samples, isOver, context);
  }
  return samples;
}

async function countStack(
  { kube, auditLog }: Plane,
  stack: StackName,
  samples: Sample[],
  isOver: () => boolean,
  context: Context,
): Promise<void> {
  const counted: Counted = { kube, auditLog, operator: operatorActor };
  const metadata = { name: stack.namespace };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata });
  const spec = drawSpec(context.random);
  let seen: Seen = { objects: new Map(), status: undefined };
  const count = async (name: string, act: () => Promise<unknown>, change?: Change) => {
    const { phase, seen: after } = await countPhase(counted, stack, seen, act);
    seen = after;
    const failures = [...phase.failures, ...(change ? unexpected(phase, change) : [])];
    samples.push({
      ...phase,
      failures: failures.map((failure) => `${name}: ${failure}`),
      name,
      objects: after.objects.size,
    });
    context.say(
      `${name}: ${phase.childWrites} child writes, ${phase.statusWrites} of status, ${phase.reads} reads`,
    );
    for (const failure of failures) context.say(`FAILED  ${failure}`);
  };
  // Right after the CRD was made it may not be served yet.
  const send = (object: KubeObject) =>
    waitFor('the EcommerceStack Kind to be served', () => kube.apply(object).catch(whileAbsent), 30_000);
  await count(`${stack.namespace} new`, () => send(stackObject(stack, spec)));
  for (const change of drawChanges(spec, context.random)) {
    if (isOver()) return;
    const annotations = change.kind === 'annotate' ? { note: 'hello' } : undefined;
    const name = `${stack.namespace} ${change.kind} ${change.object}`.trim();
    await count(name, () => kube.apply(stackObject(stack, change.spec, annotations)), change);
  }
}

/** Where a change did other things to children than its kind allows. */
function unexpected({ difference, statusWrites }: Phase, { object, wanted }: Change): string[] {
  if (wanted === undefined) return [];
  if (wanted.length === 0 && statusWrites > 0)
    return [`status was written ${statusWrites} times for nothing`];
  const seen = summaryOf(difference, object).join(', ');
  const right = wanted.toSorted().join(', ');
  return seen === right ? [] : [`wanted ${right || 'nothing'}, seen ${seen || 'nothing'}`];
}

function whileAbsent(error: unknown): undefined {
  if (error instanceof Error && /does not know EcommerceStack|404/.test(error.message)) return undefined;
  throw error;
}

function stackObject(stack: StackName, spec: Spec, annotations?: Record<string, string>): KubeObject {
  const { apiVersion, kind } = stackReference(stack);
  return { apiVersion, kind, metadata: { ...stack, annotations }, spec };
}

function toOutcome(samples: readonly Sample[]): Outcome {
  const named = (word: string) => samples.filter(({ name }) => name.split(' ')[1] === word);
  const made = named('new');
  const sum = (of: readonly Sample[], read: (sample: Sample) => number) =>
    of.reduce((all, each) => all + read(each), 0);
  return {
    done: samples.length,
    of: stacks * phasesEach,
    failures: samples.flatMap(({ failures }) => failures),
    figures: {
      stacks: made.length,
      objectsOfNewStacks: sum(made, ({ objects }) => objects),
      writesOfNewStacks: sum(made, ({ childWrites }) => childWrites),
      statusWritesOfNewStacks: sum(made, ({ statusWrites }) => statusWrites),
      mostStatusWrites: Math.max(0, ...samples.map(({ statusWrites }) => statusWrites)),
      mostPlainStatusWrites: Math.max(
        0,
        ...samples.map(({ statusWrites, transitions }) => statusWrites - transitions),
      ),
      reads: sum(samples, ({ reads }) => reads),
      writesOfRestart: sum(named('restart'), ({ childWrites, statusWrites }) => childWrites + statusWrites),
      writesOfReapplies: sum(named('reapply'), ({ childWrites, statusWrites }) => childWrites + statusWrites),
      writesOfImages: named('image')
        .map(({ childWrites, statusWrites }) => `${childWrites}+${statusWrites}`)
        .join(' '),
      writesOfReplicas: named('replicas')
        .map(({ childWrites, statusWrites }) => `${childWrites}+${statusWrites}`)
        .join(' '),
      events: sum(samples, ({ events }) => events),
    },
  };
}
