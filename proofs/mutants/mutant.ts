/** A bug that a proof has to catch: one text of one module of the operator, replaced while the module is loaded. */
export type Mutant = {
  readonly name: string;
  /** What the operator does wrong, in one sentence. */
  readonly sentence: string;
  /** Path of the module from the root of the repository. */
  readonly module: string;
  /** Text that stands in the module exactly once. */
  readonly find: string;
  readonly replace: string;
};

/** Environment variable that tells the loader what to plant: one mutant or a list of them as JSON. */
export const plantedVariable = 'PLANTED_MUTANT';

/** The module's text with the bug in it. Throws when the text is not there exactly once: the mutant is out of date. */
export function plant(mutant: Mutant, source: string): string {
  const parts = source.split(mutant.find);
  if (parts.length !== 2) {
    throw new Error(
      `mutant ${mutant.name}: its text stands ${parts.length - 1} times in ${mutant.module}, not once`,
    );
  }
  return parts.join(mutant.replace);
}
