import { type Clock, keyOf, pause } from '@ecommercestack/controller-runtime';
import { canonicalJson } from '../api/hash.ts';
import type { AskProvider } from '../measurement/provider.ts';
import { isRecorded, type Measurement, type Round } from '../rollout/analysis.ts';
import { type AnalysisView, type Look, looksAt, type Subject } from './looks.ts';

/** Rounds by service, and looks that go on in the background. */
export type MeasuringPort = (view: AnalysisView) => Readonly<Record<string, Round>>;

/** Looks that no reconcile wants any more end after this long. */
const forgottenMs = 120_000;

type Measured = {
  readonly id: string;
  readonly subject: Subject;
  /** By metric; a new one waits until status has the one before, so that no failure is lost. */
  readonly newest: Map<string, Measurement>;
  /** When a reconcile wanted them last. */
  at: number;
};

type MeasuringSettings = {
  readonly ask: AskProvider;
  readonly clock: Clock;
  /** Looks at a stack again. */
  readonly wake: (key: string) => void;
  readonly signal: AbortSignal;
};

/** Measures canaries that get traffic, each metric in its interval; a stack is looked at again when there is news. */
export function measuringCanaries(settings: MeasuringSettings): MeasuringPort {
  const places = new Map<string, Measured>();
  return (view) => {
    const uid = view.stack.metadata.uid ?? '';
    const subjects = looksAt(view);
    for (const place of places.keys()) {
      const isMine = place.startsWith(`${uid}/`);
      if (isMine && !subjects.some(({ service }) => place === `${uid}/${service}`)) places.delete(place);
    }
    return Object.fromEntries(
      subjects.map((subject) => {
        const place = `${uid}/${subject.service}`;
        const id = canonicalJson([subject.rolloutID, subject.intervalMs, subject.looks]);
        const before = places.get(place);
        const measured =
          before?.id === id
            ? before
            : { id, subject, newest: new Map<string, Measurement>(), at: settings.clock.monotonic() };
        measured.at = settings.clock.monotonic();
        if (measured !== before) {
          places.set(place, measured);
          void follow(measured, keyOf(view.stack.metadata), settings, () => places.get(place) === measured);
        }
        forget(measured, subject);
        const round = { rolloutID: subject.rolloutID, measurements: [...measured.newest.values()] };
        return [subject.service, round];
      }),
    );
  };
}

/** Measurements that status has need not be kept. */
function forget({ newest }: Measured, { records }: Subject): void {
  for (const record of records) {
    const measurement = newest.get(record.name);
    if (measurement !== undefined && isRecorded(record, measurement)) newest.delete(record.name);
  }
}

/** Measures in intervals until nobody wants to know any more. */
async function follow(
  measured: Measured,
  key: string,
  { ask, clock, wake, signal }: MeasuringSettings,
  isCurrent: () => boolean,
): Promise<void> {
  const { looks, intervalMs, records } = measured.subject;
  const last = Math.max(0, ...records.map(({ at }) => at));
  await pause(clock, Math.min(intervalMs, Math.max(0, last + intervalMs - clock.now())), signal);
  while (isCurrent() && !signal.aborted && clock.monotonic() - measured.at < forgottenMs + intervalMs) {
    const due = looks.filter(({ name }) => !measured.newest.has(name));
    const found = await Promise.all(due.map((look) => measure(look, ask, clock, signal)));
    if (!isCurrent() || signal.aborted) return;
    for (const measurement of found) measured.newest.set(measurement.name, measurement);
    wake(key);
    await pause(clock, intervalMs, signal);
  }
}

async function measure(
  look: Look,
  ask: AskProvider,
  clock: Clock,
  signal: AbortSignal,
): Promise<Measurement> {
  const at = clock.now();
  const { name, provider, query, baselineQuery } = look;
  const [canary, stable] = await Promise.all([
    ask(provider, query, signal),
    baselineQuery === undefined ? undefined : ask(provider, baselineQuery, signal),
  ]);
  if ('problem' in canary) return { name, at, problem: canary.problem };
  if (stable === undefined) return { name, at, value: canary.value };
  if ('problem' in stable) return { name, at, problem: `of the stable revision: ${stable.problem}` };
  return { name, at, value: canary.value, baseline: stable.value };
}
