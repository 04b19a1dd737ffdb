import { type OperatorProcess, type Plane, startOperator, startPlane } from '../controlplane.ts';
import { waitFor } from '../kube/wait.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { convergeMany } from './converge.ts';
import { generatedMutants } from './mutants.ts';
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
    const plane = await startPlane((line) => context.say(line));
    try {
      await waitFor('the EcommerceStack Kind to be served', () => kindOf(plane), 60_000);
      await plane.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'generated' } });
      const operator = await startOperator({
        ...{ kubeconfig: plane.kubeconfig, directory: plane.directory },
        name: context.mutant?.name ?? 'shipped',
        ...(context.mutant && { patches: [context.mutant] }),
      });
      try {
        return await runAll(plane, operator, context);
      } finally {
        await operator.stop();
      }
    } finally {
      await plane.stop();
    }
  },
};

async function kindOf({ kube }: Plane): Promise<true | undefined> {
  return kube.collectionOf('ecommercestack.dev/v1alpha1', 'EcommerceStack').then(
    () => true,
    () => undefined,
  );
}

/** The parts in processes of their own beside the live stacks; in a hunt the first failure ends them all. */
async function runAll(plane: Plane, operator: OperatorProcess, context: Context): Promise<Outcome> {
  const { random, stopAtFailure, mutant } = context;
  const halt = new AbortController();
  const bounds = { endsAt: context.endsAt - 20_000, stopAtFailure, say: (line: string) => context.say(line) };
  const runOne = async (part: PartName): Promise<PartResult> => {
    const request = { part, seed: random.integer(1, 2 ** 30), ...bounds, kubeconfig: plane.kubeconfig };
    const result = await runPart(request, mutant, halt.signal, bounds.say);
    context.say(`${part}: ${result.done} of ${result.of}, ${result.failures.length} failures`);
    if (stopAtFailure && result.failures.length > 0) halt.abort();
    return result;
  };
  const pure = Promise.all(partNames.map(runOne));
  // A hunt first looks where bugs are found within seconds.
  if (stopAtFailure) {
    const parts = await pure;
    if (parts.some(({ failures }) => failures.length > 0)) return joined(parts);
  }
  const live = await convergeMany(plane, operator, random, bounds);
  return joined([...(await pure), live]);
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
