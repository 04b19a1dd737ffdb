import { percentile } from '../percentile.ts';
import { type Context, deadlineFactor, type Outcome, type Proof } from '../proof.ts';
import { type BreaksSeen, breaks, prepareBreaks, runBreak } from './breaks.ts';
import { drawLosses, type LossesSeen, runLosses, takeReference } from './losses.ts';
import { watchMutants } from './mutants.ts';
import { type Site, startSite } from './site.ts';

/** Runs of a full sweep that lose half of their events. */
const halves = 300;
/** Milliseconds from repair to the effect, for 95 of 100 breaks. */
const figure = 5000;
/** How often a full sweep breaks the link in each way. */
const rounds = 5;

type Seen = { breaks: BreaksSeen; losses: LossesSeen; events: number };

export const watchSweep: Proof = {
  name: 'watch-sweep',
  sentence:
    'Whatever befalls the watches (each single event lost, half of them lost, half-open and reset links, 410, 401, 429, 503, garbage, truncated UTF-8, a killed API server), the operator converges; it reacts within 45 s of repair and /readyz is red while it is deaf.',
  minimum: 12,
  minutes: 10,
  selfContained: true,
  mutants: watchMutants,
  run: async (context) => {
    const site = await startSite((line) => context.say(line), context.mutant);
    try {
      const left = context.endsAt - Date.now();
      const seen: Seen = {
        breaks: { reactions: [], reds: [], failures: [] },
        losses: { ones: 0, halves: 0, lost: { ones: 0, halves: 0 }, times: [], failures: [] },
        events: 0,
      };
      await sweepBreaks(site, context, context.endsAt - (left * 2) / 3, seen);
      await sweepLosses(site, context, seen);
      return toOutcome(seen);
    } finally {
      await site.stop();
    }
  },
};

/** With the default settings: nothing but the watches and the lease tells the operator anything. */
async function sweepBreaks(site: Site, context: Context, endsAt: number, seen: Seen): Promise<void> {
  await site.restart([]);
  const objects = await prepareBreaks(site);
  const order = Array.from({ length: rounds }, () =>
    context.stopAtFailure ? breaks : context.random.shuffle(breaks),
  ).flat();
  for (const each of order) {
    if (Date.now() >= endsAt || isEnough(context, seen)) return;
    await runBreak(site, each, objects, context.random, seen.breaks);
    context.say(`${each.name}: ${Math.round(seen.breaks.reactions.at(-1)?.milliseconds ?? 0)} ms`);
  }
}

/** With an audit every 5 s, which bounds how long the loss of somebody else's last event can last. */
async function sweepLosses(site: Site, context: Context, seen: Seen): Promise<void> {
  if (isEnough(context, seen)) return;
  await site.restart(['--audit-interval=5s']);
  const reference = await takeReference(site, 'reference');
  seen.events = reference.events;
  context.say(`${reference.events} events in a run`);
  let longest = 0;
  for (const [index, batch] of drawLosses(reference.events, halves, context.random).entries()) {
    const began = Date.now();
    // Whoever has nothing yet begins all the same.
    if ((index > 0 && began + longest >= context.endsAt) || isEnough(context, seen)) return;
    const losses = new Map(batch.map((loss, place) => [`lossy-${index + 1}-${place + 1}`, loss]));
    await runLosses(site, losses, reference, seen.losses);
    longest = Math.max(longest, Date.now() - began);
    const { ones, halves: runs, times } = seen.losses;
    context.say(
      `${ones} single events, ${runs} halves lost; slowest step ${Math.round(percentile(times, 1))} ms`,
    );
  }
}

function isEnough({ stopAtFailure }: Context, { breaks: link, losses }: Seen): boolean {
  return stopAtFailure && link.failures.length + losses.failures.length > 0;
}

function toOutcome({ breaks: link, losses, events }: Seen): Outcome {
  const reactions = link.reactions.map(({ milliseconds }) => milliseconds);
  const slowest = link.reactions.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
  const runs = losses.ones + losses.halves;
  const p95 = Math.round(percentile(reactions, 0.95));
  const gate = figure * deadlineFactor;
  const slow = p95 > gate ? [`reactions: ${p95} ms at the 95th percentile, wanted ${gate} ms at most`] : [];
  return {
    done: reactions.length + runs,
    of: breaks.length * rounds + 1 + events + halves,
    failures: [...slow, ...link.failures, ...losses.failures],
    figures: {
      broken: reactions.length,
      kindsOfBreak: new Set(link.reactions.map(({ name }) => name)).size,
      reactionP50Ms: Math.round(percentile(reactions, 0.5)),
      reactionP95Ms: p95,
      reactionMaxMs: Math.round(slowest?.milliseconds ?? 0),
      slowestBreak: slowest?.name ?? 'none',
      redAfterMaxMs: Math.round(percentile(link.reds, 1)),
      eventsOfARun: events,
      singleEventsLost: losses.lost.ones,
      ...{ runsWithOneLost: losses.ones, runsWithHalfLost: losses.halves },
      eventsLostInHalves: losses.lost.halves,
      stepP50Ms: Math.round(percentile(losses.times, 0.5)),
      stepMaxMs: Math.round(percentile(losses.times, 1)),
      boundAt95: runs === 0 ? 'none' : (3 / runs).toFixed(4),
    },
  };
}
