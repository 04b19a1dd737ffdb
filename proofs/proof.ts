import type { Mutant } from './mutants/mutant.ts';
import type { Random } from './random.ts';
import type { Target } from './target.ts';

/** Functional deadlines are gated at this multiple of their figure, because machines that share cores are noisy. */
export const deadlineFactor = 5;

/** What a proof is given. */
export type Context = {
  readonly random: Random;
  /** Time at which the proof must have stopped drawing samples (milliseconds since the epoch). */
  readonly endsAt: number;
  /** True while a planted bug is hunted: one failure is enough, more would only take time. */
  readonly stopAtFailure: boolean;
  /** The planted bug that is hunted, for proofs that start their own operators. */
  readonly mutant?: Mutant;
  /** The healthy running cluster, or one started for this proof; asked for only by proofs that need one. */
  target(): Promise<Target>;
  /** One line of progress for a person who waits. */
  say(line: string): void;
};

/** What a proof found out. A failure is a sentence that names the sample, what was wanted and what was seen. */
export type Outcome = {
  readonly done: number;
  readonly of: number;
  readonly failures: readonly string[];
  readonly figures: Readonly<Record<string, number | string>>;
};

/** One property shown on real components. */
export type Proof = {
  readonly name: string;
  /** What holds when the proof is ok, in one sentence. */
  readonly sentence: string;
  /** Fewest samples that may be called a proof. */
  readonly minimum: number;
  /** Bound of a run for which the caller gives none. */
  readonly minutes: number;
  /** True for a proof that starts its own control plane and operators, with `context.mutant` in them. */
  readonly selfContained?: true;
  run(context: Context): Promise<Outcome>;
  /** Bugs that this proof has to catch. Each is planted in an operator process of its own. */
  readonly mutants?: readonly Mutant[];
};

/** The last line of `npm run prove`. */
export type Verdict = {
  readonly proof: string;
  readonly ok: boolean;
  readonly seed: number;
  readonly sampled: { readonly done: number; readonly of: number };
  readonly figures: Readonly<Record<string, number | string>>;
  readonly mutants: { readonly caught: number; readonly of: number };
};

/** Ok needs every sample done to be right, at least the proof's minimum of them, and every planted bug caught. */
export function judge(
  proof: Pick<Proof, 'name' | 'minimum'>,
  seed: number,
  outcome: Outcome,
  mutants: { caught: number; of: number } = { caught: 0, of: 0 },
): Verdict {
  return {
    proof: proof.name,
    ok: outcome.failures.length === 0 && outcome.done >= proof.minimum && mutants.caught === mutants.of,
    seed,
    sampled: { done: outcome.done, of: outcome.of },
    figures: outcome.figures,
    mutants,
  };
}
