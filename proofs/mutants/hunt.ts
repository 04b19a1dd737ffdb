import { type Bench, NotStartedError, startBench } from '../controlplane.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { randomFrom } from '../random.ts';
import type { Mutant } from './mutant.ts';

/** Minutes that one operator, right or wrong, is looked at. */
const minutesEach = 3;

/**
 * Runs a proof against each of its planted bugs, on a control plane of its own. The operator as shipped goes first: what
 * a proof finds in a wrong one says nothing unless it finds nothing in the right one.
 */
export async function catchMutants(
  proof: Proof,
  seed: number,
  say: (line: string) => void,
): Promise<{ caught: number; of: number }> {
  const mutants = proof.mutants ?? [];
  if (mutants.length === 0) return { caught: 0, of: 0 };
  const bench = proof.selfContained ? undefined : await startBench(say);
  const lookAt = (mutant?: Mutant) => look(proof, seed, mutant, bench, say);
  try {
    const shipped = await lookAt();
    if (shipped.failures.length > 0) {
      for (const failure of shipped.failures) say(`FAILED  without any planted bug: ${failure}`);
      return { caught: 0, of: mutants.length };
    }
    let caught = 0;
    for (const mutant of mutants) {
      say(`planting ${mutant.name}: ${mutant.sentence}`);
      const { failures } = await lookAt(mutant);
      if (failures.length > 0) caught++;
      say(failures.length > 0 ? `caught ${mutant.name}: ${failures[0]}` : `SURVIVED  ${mutant.name}`);
    }
    return { caught, of: mutants.length };
  } finally {
    await bench?.stop();
  }
}

async function look(
  proof: Proof,
  seed: number,
  mutant: Mutant | undefined,
  bench: Bench | undefined,
  say: (line: string) => void,
): Promise<Outcome> {
  // An operator that does not even start is no bug that a proof caught: this throws.
  const target = await bench?.withOperator(mutant);
  const context: Context = {
    random: randomFrom(seed),
    endsAt: Date.now() + minutesEach * 60_000,
    stopAtFailure: true,
    ...(mutant && { mutant }),
    target: async () => {
      if (target === undefined) throw new Error(`${proof.name} starts its own control plane`);
      return target;
    },
    say,
  };
  try {
    return await proof.run(context);
  } catch (error) {
    if (error instanceof NotStartedError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    return { done: 0, of: 1, failures: [what], figures: {} };
  } finally {
    await target?.close();
  }
}
