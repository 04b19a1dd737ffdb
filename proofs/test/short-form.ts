import type { Outcome, Proof } from '../proof.ts';
import { freshSeed, randomFrom } from '../random.ts';
import type { Target } from '../target.ts';

const say = (line: string) => console.log(line);

/**
 * Runs the short form of a proof: the same code and the same judgement over fewer samples, drawn from a fresh seed that
 * is printed (`npm run prove -- NAME --seed S` repeats it).
 */
export async function shortForm(
  proof: Proof,
  minutes: number,
  target: () => Promise<Target> = () => Promise.reject(new Error(`${proof.name} has no cluster here`)),
): Promise<Outcome> {
  const seed = freshSeed();
  say(`${proof.name}: seed ${seed}`);
  const outcome = await proof.run({
    random: randomFrom(seed),
    endsAt: Date.now() + minutes * 60_000,
    stopAtFailure: false,
    target,
    say,
  });
  say(`${proof.name}: ${outcome.done} of ${outcome.of} ${JSON.stringify(outcome.figures)}`);
  return outcome;
}
