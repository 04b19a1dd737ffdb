import type { Plan } from '../kfault/plan.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import type { Site } from '../sweep/site.ts';
import { type Sweep, sweepAll } from '../sweep/sweep.ts';
import type { Workload } from '../sweep/workloads.ts';
import { crashMutants } from './mutants.ts';
import { unremembered } from './order.ts';
import { drawPoints, type Point } from './points.ts';

/** Pairs of kills in a full run. */
const pairs = 300;

export const crashSweep: Proof = {
  name: 'crash-sweep',
  sentence:
    'Killed by SIGKILL at any write, before the API server hears of it or after it has stored it, once or twice, the operator ends where it ends undisturbed and creates and deletes every object as often (audit log).',
  minimum: 12,
  minutes: 10,
  selfContained: true,
  mutants: crashMutants,
  run: async (context) => {
    const killed = new WeakMap<Site, number>();
    const { references, ...outcome } = await sweepAll(context, crashes(context, killed));
    const writes = [...references].map(([name, { verdict }]) => [`${name}Writes`, verdict.counted.write]);
    return { ...outcome, figures: { ...Object.fromEntries(writes), ...outcome.figures } } satisfies Outcome;
  },
};

/** Kills the operator at each write; `killed` counts how often it was. */
function crashes({ random }: Context, killed: WeakMap<Site, number>): Sweep<Point> {
  return {
    name: 'crash',
    act: change,
    draw: (references) => {
      const writes = [...references].map(([name, { verdict }]) => [name, verdict.counted.write] as const);
      return drawPoints(Object.fromEntries(writes), pairs, random);
    },
    disturb: async (site, workload, point) => {
      await site.prepare(workload);
      await site.change(workload, planOf(point), async () => {
        killed.set(site, (killed.get(site) ?? 0) + 1);
        if (point.withdrawn) await site.withdraw();
        await site.restart();
        return 'Dead';
      });
    },
    isStruck: (site, { kills }) => (killed.get(site) ?? 0) === kills.length,
    judge: (site, _point, _reference, { decides }) => (decides ? unremembered(site.kfault.verdict()) : []),
  };
}

async function change(site: Site, workload: Workload, plan: Plan): Promise<void> {
  await site.prepare(workload);
  await site.change(workload, plan);
}

function planOf({ kills }: Point): Plan {
  return {
    requests: kills.map(({ at, place }) => ({
      ...{ on: { lane: 'write' }, at, place, fault: { type: 'Call' } },
    })),
  };
}
