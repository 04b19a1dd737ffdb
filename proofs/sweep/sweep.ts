import { type Plane, withPlane } from '../controlplane.ts';
import type { Plan } from '../kfault/plan.ts';
import type { Context, Outcome } from '../proof.ts';
import { countsOf, miscounted, unguarded } from './counts.ts';
import { inLanes } from './lanes.ts';
import { type Reference, type References, referencesOf } from './reference.ts';
import { astray } from './routes.ts';
import { Site } from './site.ts';
import { differences } from './state.ts';
import { compile } from './victim.ts';
import { type Workload, workloadsFor } from './workloads.ts';

/** One run: a workload and what disturbs it. */
export type Sample = {
  readonly workload: string;
  /** What disturbs it, in words. */
  readonly what: string;
  /** True when the stack is taken away meanwhile, so that nothing may be left. */
  readonly withdrawn?: true;
  /** True for a run that mostly waits. */
  readonly slow?: true;
};

/** A way to disturb every workload at every position, and what is wanted beside the undisturbed run's end. */
export type Sweep<S extends Sample> = {
  /** What namespaces begin with. */
  readonly name: string;
  /** Does the change of a workload under a plan of the proxy. */
  act(site: Site, workload: Workload, plan: Plan): Promise<void>;
  /** The runs of a whole sweep, in the order in which a bounded one takes them. */
  draw(references: References): readonly S[];
  /** Does the change and disturbs it. */
  disturb(site: Site, workload: Workload, sample: S): Promise<void>;
  /** Whether the whole disturbance has come. */
  isStruck(site: Site, sample: S): boolean;
  /** What else is wrong with a run that was struck. */
  judge(site: Site, sample: S, reference: Reference, workload: Workload): string[];
};

/** Runs at the same time: an operator mostly waits while it starts and converges. */
const lanes = { quick: 4, slow: 6 };

/**
 * A run is given up when the operator has asked for nothing for so long, and in any case in the end: a request that is
 * not answered takes half a minute, and so may a start on a machine that others share.
 */
const patience = { silence: 90_000, whole: 300_000 };

type Progress = { readonly failures: string[]; done: number; missed: number };

/** Runs each workload undisturbed and then every sample for which there is time, each in a namespace of its own. */
export function sweepAll<S extends Sample>(
  context: Context,
  sweep: Sweep<S>,
): Promise<Outcome & { references: References }> {
  const say = (line: string) => context.say(line);
  return withPlane(say, async (plane) => {
    await compile(plane.directory, plane.kubeconfig, context.mutant);
    const workloads = workloadsFor((context.endsAt - Date.now()) / 60_000, context.stopAtFailure);
    const act = (site: Site, workload: Workload) => sweep.act(site, workload, {});
    const references = await referencesOf(plane, workloads, act, context.mutant);
    for (const [name, { verdict }] of references)
      say(`${name}, undisturbed: ${JSON.stringify(verdict.counted)}`);
    const samples = sweep.draw(references);
    const progress: Progress = { failures: [], done: 0, missed: 0 };
    const began = performance.now();
    const takeAll = async (count: number, some: readonly S[]) => {
      const numbered = some.entries();
      await inLanes(count, async () => {
        for (const [index, sample] of numbered) {
          if (Date.now() >= context.endsAt || (context.stopAtFailure && progress.failures.length > 0)) return;
          const namespace = `${sweep.name}-${sample.slow ? 'slow-' : ''}${index + 1}`;
          await take({ plane, context, sweep, workloads, references, progress }, sample, namespace);
        }
      });
    };
    await Promise.all([
      takeAll(
        lanes.quick,
        samples.filter(({ slow }) => !slow),
      ),
      takeAll(
        lanes.slow,
        samples.filter(({ slow }) => slow),
      ),
    ]);
    const { failures, done, missed } = progress;
    const secondsEach = Math.round((performance.now() - began) / 100 / (done || 1)) / 10;
    return { ...{ done, of: samples.length, failures, references }, figures: { missed, secondsEach } };
  });
}

type Run<S extends Sample> = {
  readonly plane: Plane;
  readonly context: Context;
  readonly sweep: Sweep<S>;
  readonly workloads: readonly Workload[];
  readonly references: References;
  readonly progress: Progress;
};

async function take<S extends Sample>(run: Run<S>, sample: S, namespace: string): Promise<void> {
  const { plane, context, progress } = run;
  const site = await Site.open(plane, namespace, context.mutant);
  try {
    const problems = await problemsOf(run, site, sample);
    if (problems.length === 0 && !run.sweep.isStruck(site, sample)) progress.missed++;
    else progress.done++;
    const what = `${sample.workload}, ${sample.what}`;
    progress.failures.push(...problems.slice(0, 3).map((problem) => `${what}: ${problem}`));
    context.say(`${progress.done} ${what}: ${problems[0] ?? 'the same'}`);
    if (problems.length > 0) for (const line of site.told()) context.say(`  ${namespace}: ${line}`);
  } finally {
    await site.close();
  }
}

/** Everything that is wrong with a run; a run that breaks off is one of those. */
async function problemsOf<S extends Sample>(
  { sweep, workloads, references }: Run<S>,
  site: Site,
  sample: S,
): Promise<string[]> {
  const workload = workloads.find(({ name }) => name === sample.workload);
  const reference = references.get(sample.workload);
  if (workload === undefined || reference === undefined) throw new Error(`no workload ${sample.workload}`);
  try {
    await sweep.disturb(site, workload, sample);
    const end = sample.withdrawn
      ? await site.settle(false, () => [], patience)
      : await sameEnd(site, workload, reference);
    const { collapse } = site.victim;
    return [
      ...(collapse === undefined ? [] : [collapse]),
      ...end,
      ...unguarded(site.events()),
      ...astray(site.history()),
      ...(sweep.isStruck(site, sample) ? sweep.judge(site, sample, reference, workload) : []),
    ];
  } catch (error) {
    return [`broke off: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function sameEnd(site: Site, { after }: Workload, reference: Reference): Promise<string[]> {
  const isStack = after !== undefined;
  const differs = await site.settle(isStack, (state) => differences(reference.state, state), patience);
  return [...differs, ...miscounted(reference.counts, countsOf(site.events()))];
}
