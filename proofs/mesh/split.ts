import { type ServiceName, serviceRow } from '../../packages/contracts/src/topology.ts';
import { binomialBounds, deviations, isWithin } from '../binomial.ts';
import { at } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import type { Context } from '../proof.ts';
import { stackReference } from '../stack.ts';
import type { Target } from '../target.ts';
import { otherVersion, setService } from '../version.ts';
import type { Finding } from './finding.ts';
import { readyPods, runInPod } from './pod-script.ts';

/** Requests over which a weight is counted. */
export const trials = 10_000;

/** Services that the gateway calls and that answer themselves. */
const candidates: readonly ServiceName[] = ['user', 'inventory', 'review', 'shipping'];

export type Split = {
  readonly finding: Finding;
  readonly figures: Readonly<Record<string, number | string>>;
};

/** Gives a service a canary with a drawn weight and counts which version answers the gateway's pod. */
export async function checkSplit(target: Target, context: Context): Promise<Split> {
  const service = context.random.pick(candidates);
  const weight = context.random.pick([10, 20, 30]);
  const version = await otherVersion(context);
  context.say(`canary of ${service} at ${weight} %`);
  const restore = await setService(target, service, {
    version,
    rollout: { strategy: 'Canary', canary: { weight } },
  });
  try {
    await waitFor(
      `the canary of ${service} at ${weight} %`,
      async () => ((await appliedWeight(target, service)) === weight ? true : undefined),
      180_000,
    );
    const [caller] = await readyPods(target, serviceRow('gateway').objectName);
    if (caller === undefined) throw new Error('the gateway has no ready pod');
    const counts = await runInPod<Record<string, number>>(target, caller, script(service, version));
    return judgeSplit(service, version, weight, counts);
  } finally {
    await restore();
    await waitFor(
      `the canary of ${service} to be withdrawn`,
      async () => ((await appliedWeight(target, service)) ? undefined : true),
      120_000,
    );
  }
}

/** Weight that the status reports as applied for a service; undefined without a canary. */
async function appliedWeight({ kube, stack }: Target, service: ServiceName): Promise<number | undefined> {
  const live = await kube.get(stackReference(stack));
  if (at(live, 'status', 'observedGeneration') !== at(live, 'metadata', 'generation')) return -1;
  const services = at(live, 'status', 'services');
  const row = (Array.isArray(services) ? services : []).find((entry) => at(entry, 'name') === service);
  const weight = at(row, 'weight');
  return typeof weight === 'number' ? weight : undefined;
}

/** Whether the canary's count lies within 5 sd of its weight, and nobody else answered. */
export function judgeSplit(
  service: string,
  version: string,
  weight: number,
  counts: Readonly<Record<string, number>>,
): Split {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const canary = counts[version] ?? 0;
  const bounds = binomialBounds(trials, weight / 100);
  const errors = counts['error'] ?? 0;
  const what = `${service} at ${weight} %`;
  const figures = {
    splitService: service,
    splitWeight: weight,
    splitRequests: total,
    splitCanary: canary,
    splitSd: Math.round(deviations(canary, trials, weight / 100) * 100) / 100,
  };
  if (total !== trials || errors > 0)
    return { finding: { what, problem: `${JSON.stringify(counts)} of ${trials}` }, figures };
  if (isWithin(canary, bounds)) return { finding: { what }, figures };
  return {
    finding: { what, problem: `${canary} of ${trials}, outside ${bounds.low} to ${bounds.high}` },
    figures,
  };
}

/** Waits for the first answer of the canary, then counts; each answer tells its version in its OpenAPI document. */
function script(service: ServiceName, version: string): string {
  return `
    const ask = async () => {
      try {
        const answer = await fetch('http://${serviceRow(service).objectName}/openapi.json');
        const text = await answer.text();
        return answer.ok ? JSON.parse(text).info.version : 'error';
      } catch { return 'error'; }
    };
    const end = Date.now() + 30000;
    while ((await ask()) !== ${JSON.stringify(version)} && Date.now() < end);
    const counts = {};
    let left = ${trials};
    const work = async () => {
      while (left-- > 0) { const who = await ask(); counts[who] = (counts[who] ?? 0) + 1; }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    console.log(JSON.stringify(counts));`;
}
