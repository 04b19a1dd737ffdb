/** A metric of a canary and the values that are good. */
export type MetricBounds = { readonly name: string; readonly min?: number; readonly max?: number };

/** One round of measurements, all made at about the same time. */
export type Round = {
  /** The attempt whose canary was measured; rounds of another one say nothing. */
  readonly rolloutID: string;
  /** When it was made (ms). */
  readonly at: number;
  /** Value by metric; a metric without data is left out. */
  readonly values: Readonly<Record<string, number>>;
};

export type Verdict = 'Pass' | 'Hold' | 'Fail';

/**
 * What a round says of a canary. One bad value fails it; without one, a metric that has no number (no data, NaN, an
 * infinity) leaves it open, because nothing was shown.
 */
export function judgeRound(metrics: readonly MetricBounds[], round: Round | undefined): Verdict {
  const verdicts = metrics.map((metric) => judgeValue(metric, round?.values[metric.name]));
  if (verdicts.includes('Fail')) return 'Fail';
  return verdicts.includes('Hold') ? 'Hold' : 'Pass';
}

function judgeValue({ min, max }: MetricBounds, value: number | undefined): Verdict {
  if (value === undefined || !Number.isFinite(value)) return 'Hold';
  const good = (min === undefined || value >= min) && (max === undefined || value <= max);
  return good ? 'Pass' : 'Fail';
}
