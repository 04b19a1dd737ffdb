import type { Plan } from '../kfault/plan.ts';
import type { Outcome, Proof } from '../proof.ts';
import type { References } from '../sweep/reference.ts';
import type { Site } from '../sweep/site.ts';
import { type Sweep, sweepAll } from '../sweep/sweep.ts';
import type { Workload } from '../sweep/workloads.ts';
import { mostWrites, Prices, writesOf } from './costs.ts';
import { drawSamples, lastingSamples, type Sample } from './faults.ts';
import { faultMutants } from './mutants.ts';

/** The workload of which every request is failed in every way. */
const exhausted = 'create';
/** Runs under each lasting condition. */
const lasting = 5;

export const faultSweep: Proof = {
  name: 'fault-sweep',
  sentence:
    'With 409, 429, 500, 503, a timeout, a reset or half a body at any request, the operator converges to the same state with the same creations and deletions and does not crash; it needs at most 1.2 times the fewest writes undisturbed and at most twice the requests while 30 % are answered with 429.',
  minimum: 20,
  minutes: 10,
  selfContained: true,
  mutants: faultMutants,
  run: async (context) => {
    const prices = new Prices();
    const sweep: Sweep<Sample> = {
      name: 'fault',
      act,
      draw: (references) => [
        ...lastingSamples(exhausted, context.random, 1),
        ...drawSamples(positionsOf(references), exhausted, context.random),
        ...lastingSamples(exhausted, context.random, lasting - 1),
      ],
      disturb: (site, workload, { plan }) => act(site, workload, plan),
      isStruck: (site) => {
        const { requests, events } = site.kfault.verdict().struck;
        return [...requests, ...events].some((times) => times > 0);
      },
      judge: (site, { costs }, { verdict }) => prices.judge(costs, site.kfault.verdict(), verdict),
    };
    const { references, ...outcome } = await sweepAll(context, sweep);
    return {
      ...outcome,
      failures: [...wasteful(references), ...outcome.failures],
      figures: { ...writesIn(references), ...prices.worst(), ...outcome.figures },
    };
  },
};

/** A workload that begins with nothing begins with the start of the operator: its first requests count as well. */
async function act(site: Site, workload: Workload, plan: Plan): Promise<void> {
  if (workload.before === undefined) return site.launch(workload, plan);
  await site.prepare(workload);
  await site.change(workload, plan);
}

function positionsOf(references: References) {
  return Object.fromEntries([...references].map(([name, { verdict }]) => [name, verdict.counted]));
}

/** A sentence if the undisturbed runs together wrote more than their work needs; one more status is soon half of a scale. */
function wasteful(references: References): string[] {
  const writes = [...references.values()].map(({ verdict }) => writesOf(verdict));
  const done = writes.reduce((sum, each) => sum + each.done, 0);
  const fewest = writes.reduce((sum, each) => sum + each.fewest, 0);
  if (done <= fewest * mostWrites) return [];
  return [`undisturbed: wanted at most ${mostWrites} x ${fewest} writes, counted ${done}`];
}

function writesIn(references: References): Outcome['figures'] {
  return Object.fromEntries(
    [...references].map(([name, { verdict }]) => {
      const { done, fewest } = writesOf(verdict);
      return [`${name}Writes`, `${done} of at least ${fewest}`];
    }),
  );
}
