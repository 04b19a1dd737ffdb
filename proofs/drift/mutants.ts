import type { Mutant } from '../mutants/mutant.ts';

/** Bugs of operators that do not hold what they made; `drift` has to catch each. */
export const driftMutants: readonly Mutant[] = [];
