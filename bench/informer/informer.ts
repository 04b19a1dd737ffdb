import { availableParallelism } from 'node:os';
import type { Bench, Context, Outcome } from '../bench.ts';
import { keepQuiet, machineTime, type Noise, noiseBetween, quiet } from '../noise.ts';
import { median, orderOf, type Pair, ratioOf, round } from '../ratio.ts';
import { measureEvent } from './churn.ts';
import { measureLosses } from './losses.ts';
import { type Footprint, harderPair, measureFootprint } from './memory.ts';
import { type SideName, startFeeder } from './side.ts';

const sizes = [2_000, 10_000] as const;
const churn = { objects: 2_000, warmUp: 20_000, events: 100_000 };
const faults = { objects: 2_000, events: 100_000, cuts: 100, expiries: 20 };
const fewestPairs = 3;
const mostPairs = 12;

type EventPair = Pair & { readonly noise: Noise };

export const informer: Bench = {
  name: 'informer',
  question:
    "Heap a watched Deployment and events a CPU-second, beside client-node's informer; and what a bad link loses.",
  minutes: 6,
  async run(context) {
    const footprints = await footprintsOf(context);
    const losses = { ours: await measureLosses('ours', faults), peer: await measureLosses('peer', faults) };
    context.say(`disturbed: ours lost ${losses.ours.lost}, peer lost ${losses.peer.lost}`);
    const taken = await eventPairs(context);
    const kept = keepQuiet(taken, fewestPairs);
    // A rate is one over a time, so the ratio of rates is the peer's time over ours.
    const rates = kept.map(({ ours, peer }) => ({ ours: 1e6 / ours, peer: 1e6 / peer }));
    const figuresOf = (name: SideName) => ({
      bytesPerListedDeployment: median(footprints.map((each) => each[name].listed)),
      bytesPerChangedDeployment: median(footprints.map((each) => each[name].changed)),
      microsecondsPerEvent: round(median(kept.map((pair) => pair[name]))),
      eventsPerCpuSecond: Math.round(median(rates.map((pair) => pair[name]))),
      lost: losses[name].lost,
      lists: losses[name].lists,
      expired: losses[name].expired,
      watches: losses[name].watches,
    });
    return {
      figures: figuresOf('ours'),
      peers: { '@kubernetes/client-node 2.0.1 makeInformer, typed list': figuresOf('peer') },
      ratios: {
        heap: ratioOf(footprints.map(harderPair), context.seed),
        eventsPerCpu: ratioOf(rates, context.seed),
      },
      noise: noiseOf(taken, kept.length),
    } satisfies Outcome;
  },
};

/** Bytes are nearly exact: two pairs show that they are. */
async function footprintsOf(context: Context): Promise<Record<SideName, Footprint>[]> {
  const found: Record<SideName, Footprint>[] = [];
  for (const pair of [0, 1]) {
    const footprint = await measureFootprint(sizes, orderOf(pair));
    context.say(
      `bytes a Deployment, listed/changed: ${describe(footprint.ours)}, peer ${describe(footprint.peer)}`,
    );
    found.push(footprint);
  }
  return found;
}

const describe = ({ listed, changed }: Footprint) => `${listed}/${changed}`;

async function eventPairs(context: Context): Promise<EventPair[]> {
  const feeder = await startFeeder(churn.objects, churn.warmUp + churn.events);
  const pairs: EventPair[] = [];
  while (pairs.length < fewestPairs || (pairs.length < mostPairs && Date.now() < context.endsAt)) {
    const [before, feederBefore] = [machineTime(), feeder.cpuSeconds()];
    const micros = { ours: 0, peer: 0 };
    for (const name of orderOf(pairs.length)) micros[name] = await measureEvent(name, feeder, churn);
    const measured = ((micros.ours + micros.peer) * (churn.warmUp + churn.events)) / 1e6;
    const noise = noiseBetween(before, machineTime(), measured + feeder.cpuSeconds() - feederBefore);
    pairs.push({ ...micros, noise });
    context.say(
      `µs an event: ${micros.ours.toFixed(2)}, peer ${micros.peer.toFixed(2)}; foreign ${percent(noise.foreign)}`,
    );
  }
  await feeder.stop();
  return pairs;
}

function noiseOf(taken: readonly EventPair[], kept: number): Record<string, number | string> {
  return {
    pairs: taken.length,
    dropped: taken.length - kept,
    threshold: percent(quiet),
    steal: percent(median(taken.map(({ noise }) => noise.steal))),
    foreign: percent(median(taken.map(({ noise }) => noise.foreign))),
    cores: availableParallelism(),
  };
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
