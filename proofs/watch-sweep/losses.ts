import type { EventRule, Plan } from '../kfault/plan.ts';
import { until } from '../kube/wait.ts';
import type { Random } from '../random.ts';
import type { State } from '../sweep/state.ts';
import type { Site } from './site.ts';
import { makeNamespaces, statesOf, steps, unsettled } from './workload.ts';

/**
 * What is lost of one run's events: the one at a position, half of them, or the last that tells of what a hand deleted of a
 * stack at rest.
 */
export type Loss =
  | { readonly type: 'Deletion' }
  | { readonly type: 'One'; readonly at: number }
  | { readonly type: 'Half'; readonly seed: number };

/** What a run without losses looks like. */
export type Reference = { readonly states: readonly State[]; readonly events: number };

/** What was seen of runs with losses. */
export type LossesSeen = {
  ones: number;
  halves: number;
  readonly lost: { ones: number; halves: number };
  /** Milliseconds that a step took to converge. */
  readonly times: number[];
  readonly failures: string[];
};

/** Stacks that run side by side; each is a sample with losses of its own. Most of a run is waiting for what notices them. */
export const batchSize = 24;
/** Twice the longest audit (5 s and a quarter), its grace of 10 s and a fresh picture, for an event lost in each half. */
const deadline = 90_000;

/** Runs the workload once without losses. */
export async function takeReference(site: Site, namespace: string): Promise<Reference> {
  const { kube, proxy } = site;
  await makeNamespaces(kube, [namespace]);
  proxy.use({});
  const states: State[] = [];
  for (const step of steps) {
    const before = states.at(-1);
    await step.act(kube, namespace);
    const state = await until(
      async () => {
        const seen = (await statesOf(kube, [namespace])).get(namespace) ?? new Map();
        // The hand's step ends where it began; every other changes something.
        if (before !== undefined && isSame(before, seen) !== (step.name === 'hand')) return undefined;
        return (await unsettled(kube, [namespace], seen)).size === 0 ? seen : undefined;
      },
      60_000,
      500,
    );
    if (state === undefined) throw new Error(`${step.name} did not converge although nothing was lost`);
    states.push(state);
  }
  const counted = Object.values(proxy.verdict().events).reduce((sum, count) => sum + count, 0);
  return { states, events: counted };
}

function isSame(one: State, other: State): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...other]);
}

/** The plan that loses what each namespace's run is to lose. */
export function planOf(losses: ReadonlyMap<string, Loss>): Plan {
  const rules = [...losses].map(([namespace, loss]): EventRule => {
    const drop = { on: { namespace }, fault: { type: 'Drop' } } as const;
    if (loss.type === 'Half') return { ...drop, fraction: 0.5 };
    if (loss.type === 'One') return { ...drop, at: loss.at };
    return { ...drop, on: { namespace, resource: 'services', types: ['DELETED'] }, at: 1 };
  });
  const seed = [...losses.values()].find((loss) => loss.type === 'Half')?.seed ?? 1;
  return { seed, events: rules };
}

/** Runs the workload in as many namespaces as there are losses, and waits at each step until all converge. */
export async function runLosses(
  { kube, proxy }: Site,
  losses: ReadonlyMap<string, Loss>,
  reference: Reference,
  seen: LossesSeen,
): Promise<void> {
  const namespaces = [...losses.keys()];
  await makeNamespaces(kube, namespaces);
  proxy.use(planOf(losses));
  for (const [index, step] of steps.entries()) {
    const wanted = reference.states[index] ?? new Map();
    const started = performance.now();
    await Promise.all(namespaces.map((namespace) => step.act(kube, namespace)));
    const open = new Map<string, string>(namespaces.map((namespace) => [namespace, 'nothing was seen']));
    await until(
      async () => {
        const rest = await unsettled(kube, [...open.keys()], wanted);
        for (const namespace of open.keys()) {
          const what = rest.get(namespace);
          if (what !== undefined) open.set(namespace, what);
          else {
            open.delete(namespace);
            seen.times.push(performance.now() - started);
          }
        }
        return open.size === 0 ? true : undefined;
      },
      deadline,
      500,
    );
    for (const [namespace, what] of open)
      seen.failures.push(`${describe(losses.get(namespace))}: ${step.name} not converged in 90 s: ${what}`);
    if (open.size > 0) break;
  }
  count(proxy.verdict().struck.events, [...losses.values()], seen);
  for (const namespace of namespaces)
    await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
}

function count(struck: readonly number[], losses: readonly Loss[], seen: LossesSeen): void {
  for (const [index, loss] of losses.entries()) {
    const lost = struck[index] ?? 0;
    if (loss.type !== 'Half') {
      seen.ones++;
      seen.lost.ones += lost;
    } else {
      seen.halves++;
      seen.lost.halves += lost;
    }
  }
}

function describe(loss: Loss | undefined): string {
  if (loss === undefined) return 'nothing lost';
  if (loss.type === 'Deletion') return 'the event of a deletion lost';
  return loss.type === 'One' ? `event ${loss.at} lost` : `half of the events lost (seed ${loss.seed})`;
}

/**
 * The deletion alone, because what other stacks lose has caches read anew that it is missing in; then every position once, in
 * a drawn order, and so many runs that lose half, of which each batch has both while there are both.
 */
export function drawLosses(events: number, halves: number, random: Random): Loss[][] {
  const ones = random.shuffle(
    Array.from({ length: events }, (_, index): Loss => ({ type: 'One', at: index + 1 })),
  );
  const rest = Array.from(
    { length: halves },
    (): Loss => ({ type: 'Half', seed: random.integer(1, 1_000_000) }),
  );
  const batches: Loss[][] = [[{ type: 'Deletion' }]];
  while (ones.length > 0 || rest.length > 0) {
    const half = rest.splice(0, Math.max(batchSize / 2, batchSize - ones.length));
    batches.push([...half, ...ones.splice(0, batchSize - half.length)]);
  }
  return batches;
}
