import { until, waitFor } from '../kube/wait.ts';
import { percentile } from '../percentile.ts';
import { type Context, deadlineFactor, type Outcome, type Proof } from '../proof.ts';
import { randomFrom } from '../random.ts';
import { disturb } from './disturb.ts';
import { leadershipMutants } from './mutants.ts';
import { lease, type Member, type Pair, startPairs } from './pair.ts';
import { type Findings, judgeTerms, type Request } from './terms.ts';

/** Milliseconds from SIGTERM of the leader to the other's first write of the lease. */
const figure = 2000;
/** Of which five in seven are stops: a hundred. */
const fullRun = 140;
/** As many as two cores carry without being late themselves; starting them takes a while, too. */
const pairsIn = (milliseconds: number): number => (milliseconds < 150_000 ? 1 : 3);

/**
 * How the leader is lost. `stop`: SIGSTOP in the midst of its work. `wire`: its requests are kept on their way to the API
 * server, and it is stopped or not. `term`: SIGTERM.
 */
type Loss = 'stop' | 'wire' | 'term';
const losses: readonly Loss[] = ['stop', 'wire', 'term', 'stop', 'stop', 'stop', 'stop'];

type Seen = {
  readonly begun: { readonly loss: Loss; readonly at: number }[];
  readonly handOvers: number[];
  readonly failures: string[];
  idle: number;
};

export const leadership: Proof = {
  name: 'leadership',
  sentence:
    'Of two operators, the one that lost the lease (stopped beyond it in the midst of work, or terminated) makes no write that takes effect after the first one of its successor; what a network kept back meanwhile changes nothing that anybody wrote since; SIGTERM hands over within 2 s.',
  minimum: 6,
  minutes: 12,
  selfContained: true,
  mutants: leadershipMutants,
  run: async (context) => {
    const count = pairsIn(context.endsAt - Date.now());
    const { pairs, stop } = await startPairs(count, (line) => context.say(line), context.mutant);
    try {
      const trials: Trials = { begun: 0, isOver: false };
      const runs = pairs.map((pair) =>
        takeTrials(pair, trials, { ...context, random: randomFrom(context.random.integer(1, 1_000_000)) }),
      );
      return toOutcome(await Promise.all(runs));
    } finally {
      await stop();
    }
  },
};

/** What the pairs share: how many trials were begun, and whether one has shown enough. */
type Trials = { begun: number; isOver: boolean };

async function takeTrials(pair: Pair, trials: Trials, context: Context): Promise<Result> {
  const seen: Seen = { begun: [], handOvers: [], failures: [], idle: 0 };
  while (!trials.isOver && trials.begun < fullRun && Date.now() < context.endsAt) {
    const turn = trials.begun++;
    const loss = losses[turn % losses.length] ?? 'stop';
    try {
      const old = await pair.leader();
      seen.begun.push({ loss, at: Date.now() });
      const problem = await lose[loss](pair, old, context, seen);
      if (problem !== undefined) seen.failures.push(`${loss} ${turn + 1}: ${problem}`);
      const { harm } = sorted(judgeTerms(pair.ledger.read()), seen);
      if (context.stopAtFailure && (harm.length > 0 || problem !== undefined)) trials.isOver = true;
      context.say(
        `${turn + 1} ${loss} of ${old.name}: ${harm.length === 0 ? 'clean' : `${harm.length} late`}`,
      );
    } catch (error) {
      // A pair that got stuck tells nothing more.
      seen.failures.push(`${loss} ${turn + 1}: ${error instanceof Error ? error.message : String(error)}`);
      trials.isOver ||= context.stopAtFailure;
      break;
    }
  }
  return { seen, findings: judgeTerms(pair.ledger.read()) };
}

type Result = { readonly seen: Seen; readonly findings: Findings };
type Trial = (pair: Pair, old: Member, context: Context, seen: Seen) => Promise<string | undefined>;

const lose: Record<Loss, Trial> = {
  stop: async (pair, old, { random }) => {
    await disturb(pair.kube, pair.objects, random, random.integer(2, 12));
    // The moment is drawn: it may fall between any two steps of a reconcile.
    await moment(random.integer(0, 250));
    process.kill(old.operator.pid, 'SIGSTOP');
    const mark = pair.ledger.read().length;
    try {
      await disturb(pair.kube, pair.objects, random, 3);
      await untilWritten(pair, old, mark);
      // It wakes to a world that needs work.
      if (random.next() < 0.7) await disturb(pair.kube, pair.objects, random, random.integer(2, 12));
    } finally {
      process.kill(old.operator.pid, 'SIGCONT');
    }
    await disturb(pair.kube, pair.objects, random, 4);
    await untilHeard(pair, old);
    return undefined;
  },

  wire: async (pair, old, { random }, seen) => {
    // Half of the requests then wait for a connection, the others for an answer.
    if (random.next() < 0.5) old.wire.cut();
    old.wire.freeze();
    const mark = pair.ledger.read().length;
    const stopped = random.next() < 0.5;
    try {
      const done = await disturb(pair.kube, pair.objects, random, random.integer(2, 8));
      const held = await until(async () => (old.wire.held > 1500 ? true : undefined), 1500, 10);
      if (held === undefined) seen.idle++;
      if (stopped) process.kill(old.operator.pid, 'SIGSTOP');
      await untilWritten(pair, old, mark);
      for (const each of done) {
        const undone = async (): Promise<true | undefined> => (await each.isUndone()) || undefined;
        await waitFor(`${each.what}: undone by the new leader`, undone, 30_000);
      }
    } finally {
      old.wire.thaw();
      if (stopped) process.kill(old.operator.pid, 'SIGCONT');
    }
    await untilHeard(pair, old);
    return undefined;
  },

  term: async (pair, old, { random }, seen) => {
    await disturb(pair.kube, pair.objects, random, random.integer(0, 6));
    await moment(random.integer(0, 250));
    const mark = pair.ledger.read().length;
    const asked = Date.now();
    const ended = old.operator.stop();
    const taken = await waitFor('the other to lead', async () => takeOf(pair, old, mark), 60_000, 20);
    await ended;
    // Not before: it would compete for the lease that it gave away.
    await old.start();
    const took = taken.received - asked;
    seen.handOvers.push(took);
    if (
      !pair.ledger
        .read()
        .slice(mark)
        .some((request) => request.source === old.source && request.holder === '')
    )
      return 'the lease was not given away';
    if (took <= figure * deadlineFactor) return undefined;
    return `handed over after ${took} ms, wanted within ${figure * deadlineFactor} ms`;
  },
};

/** Waits until another than `old` holds the lease and has written. */
async function untilWritten(pair: Pair, old: Member, mark: number): Promise<void> {
  await waitFor(
    `a successor of ${old.name} to write`,
    async () => {
      const taken = takeOf(pair, old, mark);
      return pair.ledger.requests
        .slice(mark)
        .find(
          ({ source, verb, resource, code, received }) =>
            taken !== undefined &&
            source === taken.source &&
            received >= taken.received &&
            ['create', 'update', 'patch', 'delete'].includes(verb) &&
            resource !== 'leases' &&
            code < 300,
        );
    },
    (lease.duration + lease.retry) * 1000 * deadlineFactor,
    50,
  );
}

/** The request with which another than `old` took the lease. */
function takeOf(pair: Pair, old: Member, mark: number): Request | undefined {
  return pair.ledger
    .read()
    .slice(mark)
    .find(
      ({ source, resource, verb, code, holder }) =>
        resource === 'leases' && verb === 'update' && code === 200 && source !== old.source && holder !== '',
    );
}

/**
 * Waits until `old` has asked for the lease twice more and says that it is ready: whatever it had under way has then
 * arrived, and it lives on.
 */
async function untilHeard(pair: Pair, old: Member): Promise<void> {
  const mark = pair.ledger.read().length;
  const asked = async (): Promise<true | undefined> => {
    const requests = pair.ledger.read().slice(mark);
    const ofLease = requests.filter(({ source, resource }) => source === old.source && resource === 'leases');
    return ofLease.length >= 2 || undefined;
  };
  await waitFor(`${old.name} to ask for the lease again`, asked, 60_000, 50);
  const ready = (): Promise<true | undefined> =>
    fetch(`http://127.0.0.1:${old.operator.healthPort}/readyz`).then(
      ({ ok }) => ok || undefined,
      () => undefined,
    );
  await waitFor(`${old.name} to be ready again`, ready, 60_000);
}

function moment(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Late writes that should not have been, and those that the network kept back and that found the object as their sender had
 * seen it: no precondition can refuse these, and they undo nothing (ADR 13).
 */
function sorted({ late }: Findings, { begun }: Seen): { harm: readonly Request[]; kept: readonly Request[] } {
  const isKept = (write: Request): boolean =>
    write.guarded && begun.findLast(({ at }) => at <= write.answered)?.loss === 'wire';
  return { harm: late.filter((write) => !isKept(write)), kept: late.filter(isKept) };
}

function toOutcome(results: readonly Result[]): Outcome {
  const judged = results.map(({ seen, findings }) => sorted(findings, seen));
  const harm = judged.flatMap((each) => each.harm);
  const seen = results.map((each) => each.seen);
  const findings = results.map((each) => each.findings);
  const begun = seen.flatMap((each) => each.begun);
  const handOvers = seen.flatMap((each) => each.handOvers);
  const counted = (wanted: Loss): number => begun.filter(({ loss }) => loss === wanted).length;
  const late = harm.map(
    ({ source, what }) => `a write of ${source}, which leads no more, took effect: ${what}`,
  );
  return {
    done: begun.length,
    of: fullRun,
    failures: [...seen.flatMap((each) => each.failures), ...late.slice(0, 20)],
    figures: {
      ...{ stopped: counted('stop'), cutOff: counted('wire'), terminated: counted('term') },
      pairs: results.length,
      terms: findings.flatMap(({ terms }) => terms).length,
      lateWrites: harm.length,
      lateEvents: findings.flatMap(({ lateEvents }) => lateEvents).length,
      // What arrived after the successor's first write, all of it kept back by the wire: refused, or on an unchanged object.
      keptBackAndRefused: findings.flatMap(({ refused }) => refused).length,
      keptBackOnUnchanged: judged.flatMap(({ kept }) => kept).length,
      nothingUnderWay: seen.reduce((sum, { idle }) => sum + idle, 0),
      boundAt95: counted('stop') === 0 ? 'none' : (3 / counted('stop')).toFixed(4),
      handOverP50Ms: Math.round(percentile(handOvers, 0.5)),
      handOverMaxMs: Math.round(percentile(handOvers, 1)),
      within2s: handOvers.filter((time) => time <= figure).length,
    },
  };
}
