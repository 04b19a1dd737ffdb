import type { Random } from '../random.ts';
import type { Trigger } from './plan.ts';

type Counter = { matches: number; strikes: number };

/** Counts, for each rule, what matched it and how often it struck. */
export class Tally<Rule extends Trigger> {
  readonly #rules: readonly Rule[];
  readonly #counters: readonly Counter[];
  readonly #random: Random;

  constructor(rules: readonly Rule[], random: Random) {
    this.#rules = rules;
    this.#counters = rules.map(() => ({ matches: 0, strikes: 0 }));
    this.#random = random;
  }

  /** The first rule that strikes; every rule counts the match, also behind one that struck. */
  strike(isMatch: (rule: Rule) => boolean): Rule | undefined {
    let struck: Rule | undefined;
    for (const [index, rule] of this.#rules.entries()) {
      const counter = this.#counters[index];
      if (counter === undefined || !isMatch(rule)) continue;
      counter.matches += 1;
      if (!this.#isDue(rule, counter) || struck !== undefined) continue;
      counter.strikes += 1;
      struck = rule;
    }
    return struck;
  }

  /** How often each rule struck. */
  strikes(): number[] {
    return this.#counters.map(({ strikes }) => strikes);
  }

  #isDue({ at, fraction, times }: Trigger, { matches, strikes }: Counter): boolean {
    // Drawn for every match, so that one draw does not depend on the other members.
    const isDrawn = fraction === undefined || this.#random.next() < fraction;
    if (at !== undefined && matches !== at) return false;
    return isDrawn && strikes < (times ?? Number.POSITIVE_INFINITY);
  }
}
