import { readFileSync } from 'node:fs';
import { AuditMark, describeRequest, isBy } from '../audit.ts';
import type { OperatorProcess, Plane } from '../controlplane.ts';
import type { Kube } from '../kube/kube.ts';
import { referenceOf } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import { type Random, randomFrom } from '../random.ts';
import { modest } from './modest.ts';
import { drawChange } from './pairs.ts';
import type { PartResult } from './part.ts';
import { type SchemaNode, stackSchema } from './schema.ts';
import { type Ending, livingChildren, settle } from './settle.ts';
import { drawStack, type Stack, strata } from './stack.ts';
import { comparableAfter, differences } from './world.ts';

/** Stacks that come and go side by side. */
const lanes = 6;
/** Each change is of two valid stacks, both of which are also made from nothing; with the singles that is 500. */
const changes = 200;
const singles = 500 - 2 * changes;

/** What an operator may write of one object until its stack is at rest: made, brought up to date twice, deleted. */
const writesEach = 6;

type Bounds = {
  readonly endsAt: number;
  readonly stopAtFailure: boolean;
  readonly say: (line: string) => void;
};
type Tally = {
  readonly failures: string[];
  readonly endings: Map<string, number>;
  done: number;
  changes: number;
};

/** Valid stacks on a real control plane with one operator: each ends Ready or says why it cannot. */
export async function convergeMany(
  plane: Plane,
  operator: OperatorProcess,
  random: Random,
  { endsAt, stopAtFailure, say }: Bounds,
): Promise<PartResult> {
  const schema = stackSchema();
  const mark = new AuditMark(plane.auditLog);
  const tally: Tally = { failures: [], endings: new Map(), done: 0, changes: 0 };
  let begun = 0;
  const lane = async () => {
    while (
      begun < singles + changes &&
      Date.now() < endsAt &&
      !(stopAtFailure && tally.failures.length > 0)
    ) {
      const index = begun++;
      const seed = random.integer(1, 2 ** 30);
      const isChange = index % 3 !== 2;
      const what = `live ${isChange ? 'change' : 'stack'} of seed ${seed}`;
      const trial = { what, kube: plane.kube, schema, seed, namespace: `g${index}`, tally, endsAt };
      const found = await (isChange ? tryChange : tryStack)(trial).catch((error: unknown) => [
        `${what}: ${error instanceof Error ? error.message : String(error)}`,
      ]);
      if (found === undefined) continue;
      tally.failures.push(...found);
      for (const failure of found) say(failure.slice(0, 600));
      tally.done++;
      if (isChange) tally.changes++;
      if (tally.done % 10 === 0) say(`${tally.done} stacks and changes at rest`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const storms = stormsIn(mark);
  const endings = [...tally.endings].map(([reason, count]) => [`ended${reason}`, count]);
  return {
    done: tally.done,
    of: singles + changes,
    failures: [...tally.failures, ...storms, ...cries(readFileSync(operator.log, 'utf8'))],
    figures: {
      ...Object.fromEntries(endings),
      liveStacks: tally.done + tally.changes,
      liveChanges: tally.changes,
    },
  };
}

type Trial = {
  readonly what: string;
  readonly kube: Kube;
  readonly schema: SchemaNode;
  readonly seed: number;
  readonly namespace: string;
  readonly tally: Tally;
  /** Time after which no further step is begun. */
  readonly endsAt: number;
};

async function tryStack({ what, kube, schema, seed, namespace, tally }: Trial): Promise<string[]> {
  const random = randomFrom(seed);
  const { fill } = random.pick([strata.sparse, strata.usual, strata.dense]);
  const stack = modest(drawStack(schema, seed, { fill, extreme: 0 }), random);
  return within(kube, namespace, async () =>
    judged(what, await settle(kube, placed(stack, namespace)), tally),
  );
}

/** Undefined where time was over before the change was seen to its end. */
async function tryChange(trial: Trial): Promise<string[] | undefined> {
  const { what, kube, schema, seed, namespace, tally, endsAt } = trial;
  const drawn = drawChange(schema, seed);
  const [before, after] = [drawn.before, drawn.after].map((stack) => modest(stack, randomFrom(seed), false));
  if (before === undefined || after === undefined) throw new Error('a change has two ends');
  const fresh = await within(kube, `${namespace}b`, async () => {
    const stack = placed(after, `${namespace}b`);
    return {
      found: judged(`${what}, fresh B`, await settle(kube, stack), tally),
      children: await livingChildren(kube, stack),
    };
  });
  if (fresh.found.length > 0) return fresh.found;
  if (Date.now() >= endsAt) return undefined;
  return within(kube, `${namespace}a`, async () => {
    const [a, b] = [before, after].map((stack) => placed(stack, `${namespace}a`));
    if (a === undefined || b === undefined) throw new Error('a change has two ends');
    const atFirst = judged(`${what}, A`, await settle(kube, a), tally);
    if (atFirst.length > 0) return atFirst;
    if (Date.now() >= endsAt) return undefined;
    const first = await livingChildren(kube, a);
    const there = judged(`${what}, A→B`, await settle(kube, b), tally);
    if (there.length > 0) return there;
    const reached = await livingChildren(kube, b);
    const kept = (children: typeof reached) => comparableAfter(before, after, children);
    const back = judged(`${what}, A→B→A`, await settle(kube, a), tally);
    if (back.length > 0) return back;
    return [
      ...differences(kept(fresh.children), kept(reached)).map(
        (how) => `${what}: A→B is not a fresh B: ${how}`,
      ),
      ...differences(first, await livingChildren(kube, a)).map((how) => `${what}: A→B→A is not A: ${how}`),
    ];
  });
}

const placed = (stack: Stack, namespace: string): Stack => ({
  ...stack,
  metadata: { ...stack.metadata, namespace },
});

function judged(what: string, { reason, problems }: Ending, { endings }: Tally): string[] {
  endings.set(reason, (endings.get(reason) ?? 0) + 1);
  return problems.map((problem) => `${what}: ${problem}`);
}

async function within<T>(kube: Kube, namespace: string, work: () => Promise<T>): Promise<T> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  try {
    return await work();
  } finally {
    await empty(kube, namespace);
  }
}

/** Deletes the stacks of a namespace, whose hosts are free then, and lets the rest go with the namespace. */
async function empty(kube: Kube, namespace: string): Promise<void> {
  const stacks = () => kube.list('ecommercestack.dev/v1alpha1', 'EcommerceStack', { namespace });
  for (const stack of await stacks()) await kube.delete(referenceOf(stack));
  await waitFor(
    `the stack of ${namespace} to be gone`,
    async () => ((await stacks()).length === 0 ? true : undefined),
    30_000,
  );
  await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
}

/** Objects that the operator wrote again and again: what it wants and what the API server keeps never meet. */
function stormsIn(mark: AuditMark): string[] {
  const writes = new Map<string, { count: number; last: string }>();
  for (const event of mark.since()) {
    const isWrite = ['create', 'update', 'patch', 'delete'].includes(event.verb);
    const isChild = event.subresource === '' && !['events', 'leases'].includes(event.resource);
    if (event.stage !== 'ResponseComplete' || !isWrite || !isChild) continue;
    if (!isBy(event, { userAgent: 'ecommercestack-operator' })) continue;
    const key = `${event.resource} ${event.namespace}/${event.name}`;
    writes.set(key, { count: (writes.get(key)?.count ?? 0) + 1, last: describeRequest(event) });
  }
  return [...writes]
    .filter(([, { count }]) => count > writesEach)
    .map(([key, { count, last }]) => `${key} was written ${count} times, the last time ${last}`);
}

/** Lines of the operator's log that nobody meant to write. */
export function cries(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => /"level":(50|60)|unhandled|uncaught|TypeError|RangeError|ReferenceError/i.test(line))
    .slice(0, 5)
    .map((line) => `the operator's log says: ${line.slice(0, 300)}`);
}
