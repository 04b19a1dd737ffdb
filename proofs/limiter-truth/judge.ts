import { admits, type Definition } from './definitions.ts';
import type { LoadSeen } from './store-load.ts';

type Judged = { readonly failures: readonly string[]; readonly figures: Readonly<Record<string, number>> };

/** No process let through what the store did not grant, and the store granted, by its own clock, nothing above a rule. */
export function judgeStrict(rules: readonly Definition[], seen: readonly LoadSeen[]): Judged {
  const failures: string[] = [];
  const granted = new Map<string, number[]>();
  for (const { answers } of seen)
    for (const [key, at, count] of answers)
      for (let unit = 0; unit < count; unit += 1) granted.set(key, [...(granted.get(key) ?? []), at]);
  let over = 0;
  for (const [key, times] of granted) {
    // The store's key names its rule: limit:r<index>:…
    const rule = rules[Number(/^limit:r(\d+):/.exec(key)?.[1])];
    if (rule === undefined) throw new Error(`${key} names no rule`);
    const kept: number[] = [];
    for (const at of times.toSorted((left, right) => left - right)) {
      if (admits(rule, kept, at)) kept.push(at);
      else {
        over += 1;
        failures.push(`strict: ${key} at ${at} was granted beyond its ${rule.algorithm} of ${rule.limit}`);
      }
    }
  }
  const admitted = seen.reduce((sum, one) => sum + one.admitted.length, 0);
  const grants = [...granted.values()].reduce((sum, times) => sum + times.length, 0);
  if (admitted !== grants) failures.push(`strict: ${admitted} were let through, ${grants} were granted`);
  const decisions = seen.reduce((sum, one) => sum + one.decisions, 0);
  if (admitted === 0 || admitted === decisions)
    failures.push(`strict: ${admitted} of ${decisions} were let through, which shows nothing`);
  return {
    failures: failures.slice(0, 20),
    figures: { strictDecisions: decisions, strictAdmitted: admitted, strictOverAdmitted: over },
  };
}

/** In no window were more let through than a hundredth above the rule, and few decisions cost a command. */
export function judgeFast(rules: readonly Definition[], seen: readonly LoadSeen[]): Judged {
  const failures: string[] = [];
  const byKey = Map.groupBy(
    seen.flatMap(({ admitted }) => admitted),
    ([index, key]) => `${index} ${key}`,
  );
  let worst = Number.NEGATIVE_INFINITY;
  for (const [name, admissions] of byKey) {
    const rule = rules[Number(name.split(' ', 1)[0])];
    if (rule === undefined) throw new Error(`${name} names no rule`);
    const times = admissions.map(([, , at]) => at).toSorted((left, right) => left - right);
    const excess = excessOf(rule, times) / rule.limit;
    worst = Math.max(worst, excess);
    if (excess > 0.01)
      failures.push(`fast: ${rule.algorithm} ${name} was exceeded by ${(excess * 100).toFixed(2)} %`);
  }
  const decisions = seen.reduce((sum, one) => sum + one.decisions, 0);
  const perDecision = seen.reduce((sum, one) => sum + one.commands, 0) / decisions;
  if (perDecision > 0.05) failures.push(`fast: ${perDecision.toFixed(3)} commands a decision`);
  const figures = {
    fastDecisions: decisions,
    fastWorstExcessPercent: Math.round(worst * 10_000) / 100,
    fastCommandsPerDecision: Math.round(perDecision * 10_000) / 10_000,
  };
  return { failures: failures.slice(0, 20), figures };
}

// An admission is seen some time after the store's clock gave it; windows are judged without that much of their edge.
const edgeMs = 20;

// Requests above what the rule admits in the window in which it was exceeded most.
function excessOf(rule: Definition, times: readonly number[]): number {
  const { algorithm, limit, windowMs, burst } = rule;
  if (algorithm === 'FixedWindow') {
    const inner = times.filter((at) => at % windowMs >= edgeMs);
    const windows = Map.groupBy(inner, (at) => Math.floor(at / windowMs));
    return Math.max(...[...windows.values()].map(({ length }) => length - limit));
  }
  const allowed = algorithm === 'SlidingWindow' ? limit : limit + burst;
  let [first, worst] = [0, Number.NEGATIVE_INFINITY];
  for (let last = 0; last < times.length; last += 1) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= windowMs - edgeMs) first += 1;
    worst = Math.max(worst, last - first + 1 - allowed);
  }
  return worst;
}
