import type { Ratio } from './ratio.ts';

/** What a bench is given. */
export type Context = {
  /** Time at which the last measurement should begin at the latest (milliseconds since the epoch). */
  readonly endsAt: number;
  readonly seed: number;
  /** One line of progress for a person who waits. */
  say(line: string): void;
};

/** Figures by name, as printed. */
type Figures = Readonly<Record<string, number | string>>;

/** What a bench found out; every ratio is ours over the peer's. */
export type Outcome = {
  readonly figures: Figures;
  readonly peers: Readonly<Record<string, Figures>>;
  readonly ratios: Readonly<Record<string, Ratio>>;
  readonly noise: Figures;
};

/** One side-by-side measurement. */
export type Bench = {
  readonly name: string;
  /** The question, in one sentence. */
  readonly question: string;
  /** Bound of a run for which the caller gives none. */
  readonly minutes: number;
  run(context: Context): Promise<Outcome>;
};
