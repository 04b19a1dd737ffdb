/** A metric of a canary: the values that are good, and what follows from others. */
export type MetricBounds = {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
  /** Values beyond these are failures, those between them and min or max show nothing; absent: min and max themselves. */
  readonly failBelow?: number;
  readonly failAbove?: number;
  /** What of the canary's value and the stable revision's is judged; absent: the canary's alone. */
  readonly compare?: 'Difference' | 'Ratio';
  /** Whether a bad value counts towards the failure limit or only keeps the canary where it is. */
  readonly onFailure: 'Abort' | 'Hold';
};

/** What one look at one metric brought. */
export type Measurement = {
  readonly name: string;
  /** When the look began (ms). */
  readonly at: number;
  /** The canary's value; absent where there is no data. */
  readonly value?: number;
  /** The stable revision's, for a metric that compares. */
  readonly baseline?: number;
  /** Why there is no value, with what to do about it. */
  readonly problem?: string;
};

/** Measurements of one attempt that status may not have yet. */
export type Round = {
  /** The attempt whose canary was measured; rounds of another one say nothing. */
  readonly rolloutID: string;
  /** At most one a metric; those that were not looked at are left out. */
  readonly measurements: readonly Measurement[];
  /** When the next look is due (ms), where nothing else calls for one. */
  readonly nextAt?: number;
};

/** What one value says of the canary. Inconclusive and NoData show nothing: neither good nor bad. */
export type MetricVerdict = 'Pass' | 'Fail' | 'Inconclusive' | 'NoData';

/** What is remembered of one metric of an attempt. */
export type MetricRecord = {
  readonly name: string;
  readonly verdict: MetricVerdict;
  /** The judged value as text of at most six digits, as status shows it. */
  readonly value?: string;
  /** The stable revision's value, for a metric that compares. */
  readonly baseline?: string;
  /** When the newest look began (ms, whole seconds). */
  readonly at: number;
  /** Failed measurements of this attempt; good ones forgive none. */
  readonly failures: number;
  /** The last values, oldest first; a dash stands for no data. */
  readonly recent: readonly string[];
  /** Why there is no value, with what to do about it. */
  readonly message?: string;
};

/** What all metrics together say. Blocked: a metric that only holds has a bad value. */
export type Verdict = 'Pass' | 'Hold' | 'Blocked' | 'Fail';

/** How many values of a metric are kept. */
const keptValues = 4;

/** What one value says; anything that is no finite number says nothing. */
export function judgeValue(bounds: MetricBounds, value: number | undefined): MetricVerdict {
  if (value === undefined || !Number.isFinite(value)) return 'NoData';
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  const { failBelow = min, failAbove = max } = bounds;
  if (value >= min && value <= max) return 'Pass';
  return value < failBelow || value > failAbove ? 'Fail' : 'Inconclusive';
}

/** The number that the bounds are about; undefined where a part of it is missing. */
export function judgedValue(
  { compare }: Pick<MetricBounds, 'compare'>,
  { value, baseline }: Pick<Measurement, 'value' | 'baseline'>,
): number | undefined {
  if (compare === undefined || value === undefined) return value;
  if (baseline === undefined) return undefined;
  return compare === 'Difference' ? value - baseline : value / baseline;
}

/** The records of these metrics with what a round adds; a measurement that they have already is not counted again. */
export function withRound(
  metrics: readonly MetricBounds[],
  records: readonly MetricRecord[],
  round: Round | undefined,
): MetricRecord[] {
  return metrics.flatMap((bounds) => {
    const known = records.find(({ name }) => name === bounds.name);
    const measured = round?.measurements.find(({ name }) => name === bounds.name);
    if (measured === undefined || (known !== undefined && isRecorded(known, measured))) return known ?? [];
    return [recordOf(bounds, known, measured)];
  });
}

/** Whether a record knows this measurement, or a later one. */
export function isRecorded({ at }: Pick<MetricRecord, 'at'>, measured: Pick<Measurement, 'at'>): boolean {
  return wholeSecond(measured.at) <= at;
}

function recordOf(
  bounds: MetricBounds,
  known: MetricRecord | undefined,
  measured: Measurement,
): MetricRecord {
  const value = judgedValue(bounds, measured);
  const verdict = judgeValue(bounds, value);
  const shown = value !== undefined && Number.isFinite(value) ? toText(value) : undefined;
  const { problem, baseline } = measured;
  return {
    ...{ name: bounds.name, verdict, at: wholeSecond(measured.at) },
    failures: (known?.failures ?? 0) + (verdict === 'Fail' ? 1 : 0),
    recent: [...(known?.recent ?? []), shown ?? '-'].slice(-keptValues),
    ...(shown !== undefined && { value: shown }),
    ...(baseline !== undefined && Number.isFinite(baseline) && { baseline: toText(baseline) }),
    ...(problem !== undefined && { message: problem }),
  };
}

/** Failures among the newest measurements of `after` that `before` does not know and that count towards the limit. */
export function newFailures(
  metrics: readonly MetricBounds[],
  before: readonly MetricRecord[],
  after: readonly MetricRecord[],
): number {
  return after.filter(({ name, failures }) => {
    const known = before.find((record) => record.name === name)?.failures ?? 0;
    return failures > known && metrics.find((bounds) => bounds.name === name)?.onFailure === 'Abort';
  }).length;
}

/** What the newest measurements say; a metric without one leaves the verdict open, because nothing was shown. */
export function verdictOf(metrics: readonly MetricBounds[], records: readonly MetricRecord[]): Verdict {
  const verdicts = metrics.map(({ name, onFailure }): Verdict => {
    const { verdict = 'NoData' } = records.find((record) => record.name === name) ?? {};
    if (verdict === 'Fail') return onFailure === 'Abort' ? 'Fail' : 'Blocked';
    return verdict === 'Pass' ? 'Pass' : 'Hold';
  });
  const order: readonly Verdict[] = ['Fail', 'Blocked', 'Hold'];
  return order.find((one) => verdicts.includes(one)) ?? 'Pass';
}

/** A sentence for each metric that does not pass. */
export function troublesOf(metrics: readonly MetricBounds[], records: readonly MetricRecord[]): string[] {
  return metrics.flatMap((bounds) => {
    const { name } = bounds;
    const record = records.find((one) => one.name === name);
    if (record === undefined || record.verdict === 'NoData') {
      return [`metric ${name} has no data${record?.message === undefined ? '' : ` (${record.message})`}`];
    }
    if (record.verdict === 'Pass') return [];
    const middle = record.verdict === 'Inconclusive' ? ', which is neither good nor bad' : '';
    return [`metric ${name} is ${record.value}${middle}, good is ${goodOf(bounds)}`];
  });
}

function goodOf({ min, max, compare }: MetricBounds): string {
  const parts = [
    ...(min === undefined ? [] : [`≥ ${toText(min)}`]),
    ...(max === undefined ? [] : [`≤ ${toText(max)}`]),
  ];
  const of = { Difference: ' more than stable', Ratio: ' times that of stable' };
  return `${parts.join(' and ')}${compare === undefined ? '' : of[compare]}`;
}

/** At most six digits: more is noise, and what fits in a column. */
function toText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
