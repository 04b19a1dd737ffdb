import { type Plane, startOperator, startPlane } from '../controlplane.ts';
import { waitFor } from '../kube/wait.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { convergeMany } from './converge.ts';
import { generatedMutants, hunters } from './mutants.ts';
import { type PartName, type PartResult, partNames, runPart } from './part.ts';

export const generatedStacks: Proof = {
  name: 'generated-stacks',
  sentence:
    'Of stacks drawn from the schema of the CRD, the API server takes each valid one, which converges, and refuses each that is broken in one place with the path of that place; every leaf changes a child, and a change ends where a fresh stack does.',
  minimum: 500,
  minutes: 30,
  selfContained: true,
  mutants: generatedMutants,
  run: async (context) => {
    const parts = partsFor(context);
    if (!parts.includes('admission')) return joined(await runParts(parts, undefined, context));
    const plane = await startPlane((line) => context.say(line));
    try {
      await waitFor('the EcommerceStack Kind to be served', () => kindOf(plane), 60_000);
      await plane.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'generated' } });
      const pure = runParts(parts, plane, context);
      // In a hunt live stacks would only take time: each planted bug is one of the operator's own functions.
      if (context.stopAtFailure) return joined(await pure);
      return joined((await Promise.all([pure, runLive(plane, context)])).flat());
    } finally {
      await plane.stop();
    }
  },
};

/** Milliseconds for which the parts look at the operator as shipped before bugs are hunted. */
const shippedLook = 60_000;

/** The parts that a run is of: in a hunt the one that can catch the planted bug. */
function partsFor({ mutant }: Context): readonly PartName[] {
  const hunter = mutant && hunters[mutant.name];
  return hunter === undefined ? partNames : [hunter.part];
}

async function runLive(plane: Plane, context: Context): Promise<PartResult> {
  const operator = await startOperator({
    ...{ kubeconfig: plane.kubeconfig, directory: plane.directory, name: 'shipped' },
  });
  try {
    return await convergeMany(plane, operator, context.random, boundsOf(context));
  } finally {
    await operator.stop();
  }
}

function boundsOf(context: Context) {
  const { endsAt, stopAtFailure, mutant } = context;
  const isShippedLook = stopAtFailure && mutant === undefined;
  return {
    endsAt: Math.min(endsAt - 20_000, isShippedLook ? Date.now() + shippedLook : Infinity),
    stopAtFailure,
    say: (line: string) => context.say(line),
  };
}

async function kindOf({ kube }: Plane): Promise<true | undefined> {
  return kube.collectionOf('ecommercestack.dev/v1alpha1', 'EcommerceStack').then(
    () => true,
    () => undefined,
  );
}

/** The parts in processes of their own; in a hunt the first failure ends them all. */
async function runParts(
  parts: readonly PartName[],
  plane: Plane | undefined,
  context: Context,
): Promise<PartResult[]> {
  const { random, stopAtFailure, mutant } = context;
  const halt = new AbortController();
  const bounds = boundsOf(context);
  const runOne = async (part: PartName): Promise<PartResult> => {
    const request = {
      ...{ part, seed: random.integer(1, 2 ** 30), kubeconfig: plane?.kubeconfig ?? '' },
      ...{ endsAt: bounds.endsAt, stopAtFailure, first: mutant && hunters[mutant.name]?.first },
    };
    const result = await runPart(request, mutant, halt.signal, bounds.say);
    context.say(`${part}: ${result.done} of ${result.of}, ${result.failures.length} failures`);
    if (stopAtFailure && result.failures.length > 0) halt.abort();
    return result;
  };
  return Promise.all(parts.map(runOne));
}

function joined(parts: readonly PartResult[]): Outcome {
  const sum = (of: (part: PartResult) => number) => parts.reduce((total, part) => total + of(part), 0);
  const [admission, leaves, changes] = parts;
  return {
    done: sum(({ done }) => done),
    of: sum(({ of }) => of),
    failures: parts.flatMap(({ failures }) => failures),
    figures: {
      ...Object.assign({}, ...parts.map(({ figures }) => figures)),
      ...{ admitted: admission?.done ?? 0, effectiveLeaves: leaves?.done ?? 0, changes: changes?.done ?? 0 },
    },
  };
}
