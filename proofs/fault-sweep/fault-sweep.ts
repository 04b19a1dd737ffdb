import { type Plane, startPlane } from '../controlplane.ts';
import { countsOf, miscounted, unguarded } from '../crash-sweep/counts.ts';
import { inLanes } from '../crash-sweep/lanes.ts';
import { type Reference, referencesOf } from '../crash-sweep/reference.ts';
import { Site } from '../crash-sweep/site.ts';
import { differences } from '../crash-sweep/state.ts';
import { type Workload, workloadsFor } from '../crash-sweep/workloads.ts';
import type { Plan } from '../kfault/plan.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { impatient, mostRequests, mostWrites, requestsOf, writesOf } from './costs.ts';
import { drawSamples, lastingSamples, retryAfterSeconds, type Sample } from './faults.ts';
import { faultMutants } from './mutants.ts';

/** A run that meets a timeout does nothing for half a minute. */
const lanes = 4;
/** Milliseconds within which a single fault is overcome, a timeout of 30 s included. */
const deadline = 90_000;
/** Runs under each lasting condition. */
const lasting = 5;

type Sweep = {
  readonly plane: Plane;
  readonly context: Context;
  readonly workloads: readonly Workload[];
  readonly references: ReadonlyMap<string, Reference>;
  readonly failures: string[];
  readonly ratios: { requests: number[]; writes: number[] };
  done: number;
  /** Samples whose request never came, because this run needed fewer. */
  missed: number;
};

export const faultSweep: Proof = {
  name: 'fault-sweep',
  sentence:
    'With 409, 429, 500, 503, a timeout, a reset or half a body at any request, the operator converges to the same state with the same creations and deletions and does not crash; it needs at most 1.2 times the fewest writes undisturbed and at most twice the requests while 30 % are answered with 429.',
  minimum: 20,
  minutes: 10,
  selfContained: true,
  mutants: faultMutants,
  run: async (context) => {
    const plane = await startPlane((line) => context.say(line));
    try {
      return await sweepAll(plane, context);
    } finally {
      await plane.stop();
    }
  },
};

/** A workload that begins with nothing begins with the start of the operator: its first requests count as well. */
async function act(site: Site, workload: Workload, plan: Plan): Promise<void> {
  if (workload.before === undefined) return site.launch(workload, plan);
  await site.prepare(workload);
  await site.change(workload, plan);
}

async function sweepAll(plane: Plane, context: Context): Promise<Outcome> {
  const workloads = workloadsFor((context.endsAt - Date.now()) / 60_000, context.stopAtFailure);
  const references = await referencesOf(
    plane,
    workloads,
    (site, workload) => act(site, workload, {}),
    context.mutant,
  );
  const positions = Object.fromEntries([...references].map(([name, { verdict }]) => [name, verdict.counted]));
  context.say(`requests undisturbed: ${JSON.stringify(positions)}`);
  const samples = [
    ...lastingSamples('create', context.random, 1),
    ...drawSamples(positions, context.random),
    ...lastingSamples('create', context.random, lasting - 1),
  ];
  const sweep: Sweep = {
    ...{ plane, context, workloads, references, failures: [...wasteful(references)] },
    ...{ ratios: { requests: [], writes: [] }, done: 0, missed: 0 },
  };
  const numbered = samples.entries();
  await inLanes(async () => {
    for (const [index, sample] of numbered) {
      if (Date.now() >= context.endsAt || (context.stopAtFailure && sweep.failures.length > 0)) return;
      await take(sweep, sample, `fault-${index + 1}`);
    }
  }, lanes);
  return {
    ...{ done: sweep.done, of: samples.length, failures: sweep.failures },
    figures: { ...figuresOf(references), ...costsOf(sweep), missed: sweep.missed },
  };
}

/** A sentence if the undisturbed runs together wrote more than their work needs; one more status is soon half of a scale. */
function wasteful(references: ReadonlyMap<string, Reference>): string[] {
  const writes = [...references.values()].map(({ verdict }) => writesOf(verdict));
  const done = writes.reduce((sum, each) => sum + each.done, 0);
  const fewest = writes.reduce((sum, each) => sum + each.fewest, 0);
  if (done <= fewest * mostWrites) return [];
  return [`undisturbed: wanted at most ${mostWrites} x ${fewest} writes, counted ${done}`];
}

async function take(sweep: Sweep, sample: Sample, namespace: string): Promise<void> {
  const { plane, context, references } = sweep;
  const workload = sweep.workloads.find(({ name }) => name === sample.workload);
  const reference = references.get(sample.workload);
  if (workload === undefined || reference === undefined) throw new Error(`no workload ${sample.workload}`);
  const site = await Site.open(plane, namespace, context.mutant);
  try {
    await act(site, workload, sample.plan);
    const problems = await judge(site, workload, reference);
    const { struck } = site.kfault.verdict();
    const isStruck = [...struck.requests, ...struck.events].some((times) => times > 0);
    if (isStruck) problems.push(...price(sweep, site, sample, reference));
    if (isStruck || problems.length > 0) sweep.done++;
    else sweep.missed++;
    const what = `${sample.workload}, ${sample.what}`;
    sweep.failures.push(...problems.slice(0, 3).map((problem) => `${what}: ${problem}`));
    context.say(`${sweep.done} ${what}: ${problems.length === 0 ? 'the same' : problems[0]}`);
  } finally {
    await site.close();
  }
}

async function judge(site: Site, { after }: Workload, reference: Reference): Promise<string[]> {
  const differs = await site.settle(
    after !== undefined,
    (state) => differences(reference.state, state),
    deadline,
  );
  const events = site.events();
  const { collapse } = site.victim;
  return [
    ...(collapse === undefined ? [] : [collapse]),
    ...differs,
    ...miscounted(reference.counts, countsOf(events)),
    ...unguarded(events),
  ];
}

/** What a lasting condition costs beside the undisturbed run. */
function price({ ratios }: Sweep, site: Site, { costs }: Sample, reference: Reference): string[] {
  const verdict = site.kfault.verdict();
  if (costs === 'requests') {
    const [wanted, seen] = [requestsOf(reference.verdict), requestsOf(verdict)];
    ratios.requests.push(seen / wanted);
    const hurried = impatient(verdict, retryAfterSeconds);
    if (seen <= mostRequests * wanted) return hurried;
    return [`wanted at most ${mostRequests} x ${wanted} requests, counted ${seen}`, ...hurried];
  }
  if (costs === 'writes') {
    const { done, fewest } = writesOf(verdict);
    ratios.writes.push(done / fewest);
    return done <= mostWrites * fewest
      ? []
      : [`wanted at most ${mostWrites} x ${fewest} writes, counted ${done}`];
  }
  return [];
}

function figuresOf(references: ReadonlyMap<string, Reference>): Outcome['figures'] {
  return Object.fromEntries(
    [...references].map(([name, { verdict }]) => {
      const { done, fewest } = writesOf(verdict);
      return [`${name}Writes`, `${done} of at least ${fewest}`];
    }),
  );
}

function costsOf({ ratios }: Sweep): Outcome['figures'] {
  const worst = (values: readonly number[]) => Math.round(100 * Math.max(0, ...values)) / 100;
  return { requestsUnder429: worst(ratios.requests), writesWithLateEvents: worst(ratios.writes) };
}
