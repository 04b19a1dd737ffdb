import { serviceRow } from '../../packages/contracts/src/topology.ts';
import { tapEnvoy } from '../canary-traffic/envoy-tap.ts';
import { startLoad } from '../load.ts';
import { percentile } from '../percentile.ts';
import { type Context, deadlineFactor, type Outcome, type Proof } from '../proof.ts';
import { otherVersion } from '../version.ts';
import { askerOf } from './people.ts';
import { disturbances, runTrial, type Stage, stepWeights, type Trial, untilAlone } from './trial.ts';
import { watchEnvoys } from './watch.ts';

/** Runs of a whole proof: each disturbance at each step, again and again. */
const wanted = 300;
const patienceMs = 120_000;
/** Milliseconds from the ask to weight 0 at every Envoy, at the 99th of 100 aborts; gated at `deadlineFactor` times that. */
const goalMs = 2_000;

export const canaryAbort: Proof = {
  name: 'canary-abort',
  sentence:
    'A canary of the gateway is aborted at every step, also after the operator was killed or the spec named another version: no Envoy at the edge sends to it within 2 s (p99), weights always sum to 100, no subset lacks a ready pod, no request fails.',
  minimum: disturbances.length * stepWeights.length,
  minutes: 10,
  run: async (context) => {
    const target = await context.target();
    if (target.url === undefined) throw new Error('the address of the gateway is not known');
    const versions = [await otherVersion(context), await otherVersion(context)] as const;
    const started = Date.now();
    const gateways = await target.kube.list('v1', 'Pod', {
      namespace: 'istio-system',
      labels: 'istio=ingressgateway',
    });
    const host = `${serviceRow('gateway').objectName}.${target.stack.namespace}.svc.cluster.local`;
    const taps = await Promise.all(gateways.map((pod) => tapEnvoy(target, pod, host)));
    const watch = watchEnvoys(taps);
    const load = startLoad({ url: new URL('/health', target.url), rate: 50, workers: 8 });
    try {
      const replicas = (await untilAlone(target, patienceMs)).length;
      const stage = { target, asker: await askerOf(target), watch, replicas, patienceMs };
      const trials = await runTrials(
        stage,
        { ...context, endsAt: context.endsAt + started - Date.now() },
        versions,
      );
      return toOutcome(trials, await watch.stop(), await load.stop());
    } finally {
      await load.stop();
      await Promise.all(taps.map((tap) => tap.close()));
    }
  },
};

type Told = Trial & { readonly ms?: number; readonly failure?: string };

async function runTrials(
  stage: Stage,
  context: Context,
  [version, other]: readonly [string, string],
): Promise<Told[]> {
  const order = context.random.shuffle(
    stepWeights.flatMap((_, step) => disturbances.map((disturbance) => ({ disturbance, step }))),
  );
  const told: Told[] = [];
  while (told.length < wanted && Date.now() < context.endsAt) {
    const next = order[told.length % order.length];
    if (next === undefined) break;
    const trial = { ...next, version, other };
    const name = `${next.disturbance} at ${stepWeights[next.step]} %`;
    try {
      const ms = await runTrial(stage, trial);
      told.push({ ...trial, ms });
      context.say(`${told.length}  ${name}: no Envoy sends to it after ${Math.round(ms)} ms`);
    } catch (error) {
      const failure = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      told.push({ ...trial, failure });
      context.say(failure);
      if (context.stopAtFailure) break;
    }
  }
  return told;
}

function toOutcome(
  told: readonly Told[],
  { wrong, looks }: { readonly wrong: readonly string[]; readonly looks: number },
  load: Awaited<ReturnType<ReturnType<typeof startLoad>['stop']>>,
): Outcome {
  // A killed operator has to start first, so its time says nothing of how fast an abort is.
  const times = told.flatMap(({ disturbance, ms }) =>
    disturbance === 'kill' || ms === undefined ? [] : [ms],
  );
  const killed = told.flatMap(({ disturbance, ms }) =>
    disturbance === 'kill' && ms !== undefined ? [ms] : [],
  );
  const p99 = percentile(times, 0.99);
  const late = p99 > goalMs * deadlineFactor ? [`aborts take ${Math.round(p99)} ms (p99)`] : [];
  const losses = load.losses.map(({ at, what }) => `request at ${at} ms: ${what}`);
  return {
    done: told.filter(({ failure }) => failure === undefined).length,
    of: wanted,
    failures: [...told.flatMap(({ failure }) => failure ?? []), ...wrong, ...late, ...losses].slice(0, 40),
    figures: {
      ...{ aborts: told.length, looks, requests: load.sent, lost: load.losses.length },
      p50Ms: Math.round(percentile(times, 0.5)),
      p99Ms: Math.round(p99),
      maxMs: Math.round(Math.max(...times)),
      ...(killed.length > 0 && { afterKillMaxMs: Math.round(Math.max(...killed)) }),
    },
  };
}
