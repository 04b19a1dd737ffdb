import type { Plane } from '../controlplane.ts';
import type { Verdict } from '../kfault/plan.ts';
import { waitFor } from '../kube/wait.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { type Counts, countsOf } from './counts.ts';
import { inLanes } from './lanes.ts';
import { Site } from './site.ts';
import { differences, type State } from './state.ts';
import type { Workload } from './workloads.ts';

/** How a run ended that nobody disturbed. */
export type Reference = { readonly state: State; readonly counts: Counts; readonly verdict: Verdict };

/** How each workload ended, in the order of the workloads. */
export type References = ReadonlyMap<string, Reference>;

/** Undisturbed runs at the same time. */
const lanes = 3;

type Act = (site: Site, workload: Workload) => Promise<void>;

/** Runs each workload undisturbed; keeps the order of the workloads. */
export async function referencesOf(
  plane: Plane,
  workloads: readonly Workload[],
  act: Act,
  mutant?: Mutant,
): Promise<References> {
  await waitFor('the Kinds to be served', () => isServed(plane), 30_000);
  const found = new Map<string, Reference>();
  const queue = [...workloads];
  await inLanes(lanes, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const site = await Site.open(plane, `reference-${next.name}`, mutant);
      try {
        await act(site, next);
        found.set(next.name, await endOf(site, next));
      } finally {
        await site.close();
      }
    }
  });
  return new Map(workloads.flatMap(({ name }) => [...found].filter(([key]) => key === name)));
}

/** A CRD is there some time before its objects can be written. */
async function isServed({ kube }: Plane): Promise<true | undefined> {
  const kinds = [
    ['ecommercestack.dev/v1alpha1', 'EcommerceStack'],
    ['networking.istio.io/v1', 'VirtualService'],
    ['security.istio.io/v1', 'AuthorizationPolicy'],
  ] as const;
  const paths = kinds.map(([apiVersion, kind]) => kube.collectionOf(apiVersion, kind));
  return Promise.all(paths).then(
    () => true,
    () => undefined,
  );
}

/** The state that is the same at two looks at a stack at rest. */
async function endOf(site: Site, { name, after }: Workload): Promise<Reference> {
  let last: State = new Map();
  const problems = await site.settle(after !== undefined, (state) => {
    const changed = differences(last, state);
    last = state;
    return changed;
  });
  const problem = site.victim.collapse ?? problems[0];
  if (problem !== undefined) throw new Error(`${name}: no end though nobody disturbed it: ${problem}`);
  return { state: last, counts: countsOf(site.events()), verdict: site.kfault.verdict() };
}
