import { type Plane, startPlane } from '../controlplane.ts';
import type { Plan } from '../kfault/plan.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { countsOf, miscounted, unguarded } from './counts.ts';
import { inLanes } from './lanes.ts';
import { crashMutants } from './mutants.ts';
import { unremembered } from './order.ts';
import { describePoint, drawPoints, type Point } from './points.ts';
import { type Reference, referencesOf } from './reference.ts';
import { Site } from './site.ts';
import { differences } from './state.ts';
import { type Workload, workloadsFor } from './workloads.ts';

/** Pairs of kills in a full run. */
const pairs = 300;
/** Milliseconds in which what a crash has left is put right. */
const deadline = 45_000;

type Sweep = {
  readonly plane: Plane;
  readonly context: Context;
  readonly workloads: readonly Workload[];
  readonly references: ReadonlyMap<string, Reference>;
  readonly failures: string[];
  done: number;
  /** Points whose write never came, because this run needed fewer. */
  missed: number;
  kills: number;
};

export const crashSweep: Proof = {
  name: 'crash-sweep',
  sentence:
    'Killed by SIGKILL at any write, before the API server hears of it or after it has stored it, once or twice, the operator ends where it ends undisturbed and creates and deletes every object as often (audit log).',
  minimum: 12,
  minutes: 10,
  selfContained: true,
  mutants: crashMutants,
  run: async (context) => {
    const plane = await startPlane((line) => context.say(line));
    try {
      return await sweepAll(plane, context);
    } finally {
      await plane.stop();
    }
  },
};

async function sweepAll(plane: Plane, context: Context): Promise<Outcome> {
  const undisturbed = async (site: Site, workload: Workload) => {
    await site.prepare(workload);
    await site.change(workload, {});
  };
  const workloads = workloadsFor((context.endsAt - Date.now()) / 60_000, context.stopAtFailure);
  const references = await referencesOf(plane, workloads, undisturbed, context.mutant);
  const writes = Object.fromEntries(
    [...references].map(([name, { verdict }]) => [name, verdict.counted.write]),
  );
  context.say(`writes undisturbed: ${JSON.stringify(writes)}`);
  const points = drawPoints(writes, pairs, context.random);
  const sweep: Sweep = {
    ...{ plane, context, workloads, references },
    ...{ failures: [], done: 0, missed: 0, kills: 0 },
  };
  const numbered = points.entries();
  const began = performance.now();
  await inLanes(async () => {
    for (const [index, point] of numbered) {
      if (Date.now() >= context.endsAt || (context.stopAtFailure && sweep.failures.length > 0)) return;
      await take(sweep, point, `crash-${index + 1}`);
    }
  });
  const counted = Object.entries(writes).map(([name, count]) => [`${name}Writes`, count]);
  return {
    done: sweep.done,
    of: points.length,
    failures: sweep.failures,
    figures: {
      ...Object.fromEntries(counted),
      ...{ kills: sweep.kills, missed: sweep.missed },
      secondsEach: Math.round((performance.now() - began) / 100 / (sweep.done || 1)) / 10,
    },
  };
}

async function take(sweep: Sweep, point: Point, namespace: string): Promise<void> {
  const { plane, context, references } = sweep;
  const workload = sweep.workloads.find(({ name }) => name === point.workload);
  const reference = references.get(point.workload);
  if (workload === undefined || reference === undefined) throw new Error(`no workload ${point.workload}`);
  const site = await Site.open(plane, namespace, context.mutant);
  try {
    await site.prepare(workload);
    const killed = await kill(site, workload, point);
    const problems = point.withdrawn ? await nothingLeft(site) : await sameEnd(site, workload, reference);
    const { collapse } = site.victim;
    if (collapse !== undefined) problems.push(collapse);
    sweep.kills += killed();
    if (killed() < point.kills.length && problems.length === 0) sweep.missed++;
    else sweep.done++;
    const struck = describePoint(point);
    sweep.failures.push(...problems.slice(0, 3).map((problem) => `${struck}: ${problem}`));
    context.say(`${sweep.done} ${struck}: ${problems.length === 0 ? 'the same' : problems[0]}`);
  } finally {
    await site.close();
  }
}

/** Begins the change, at whose writes the operator is killed; tells how often it was. */
async function kill(site: Site, workload: Workload, point: Point): Promise<() => number> {
  const plan: Plan = {
    requests: point.kills.map(({ at, place }) => ({
      ...{ on: { lane: 'write' }, at, place, fault: { type: 'Call' } },
    })),
  };
  let killed = 0;
  await site.change(workload, plan, async () => {
    killed++;
    if (point.withdrawn) await site.withdraw();
    await site.restart();
    return 'Dead';
  });
  return () => killed;
}

async function sameEnd(site: Site, { after, decides }: Workload, reference: Reference): Promise<string[]> {
  const differs = await site.settle(
    after !== undefined,
    (state) => differences(reference.state, state),
    deadline,
  );
  const events = site.events();
  return [
    ...differs,
    ...miscounted(reference.counts, countsOf(events)),
    ...unguarded(events),
    ...(decides ? unremembered(site.kfault.verdict()) : []),
  ];
}

function nothingLeft(site: Site): Promise<string[]> {
  return site.settle(false, () => [], deadline);
}
