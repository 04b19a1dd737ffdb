import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findRedis } from '../../packages/service-kit/test/servers/find.ts';
import { type Mutant, plantedVariable } from '../mutants/mutant.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { judgeFast, judgeStrict } from './judge.ts';
import { mutants } from './mutants.ts';
import type { LoadPlan, LoadSeen } from './store-load.ts';
import { algorithms } from './trace.ts';

const loader = fileURLToPath(new URL('../mutants/loader.ts', import.meta.url));
const child = fileURLToPath(new URL('./child.ts', import.meta.url));
const huntMs = 3000;
const loadMs = 4000;

/** Each limit of the gateway admits exactly what its algorithm's definition admits, alone and shared by processes. */
export const limiterTruth: Proof = {
  name: 'limiter-truth',
  sentence:
    'Token bucket, leaky bucket, fixed and sliding window decide every call of drawn Zipf traces as their definitions do; ' +
    'two processes that share a Redis admit not one too many (strict), or at most 1 % in any window (fast).',
  minimum: 100_000,
  minutes: 2,
  selfContained: true,
  mutants,
  run,
};

const replayed = z.record(
  z.string(),
  z.object({ decisions: z.int(), refused: z.int(), differences: z.array(z.string()) }),
);

const loaded = z.object({
  decisions: z.int(),
  commands: z.int(),
  admitted: z.array(z.tuple([z.int(), z.string(), z.number()])),
  answers: z.array(z.tuple([z.string(), z.number(), z.number()])),
});

async function run(context: Context): Promise<Outcome> {
  const { random, endsAt, stopAtFailure, mutant } = context;
  const replayMs = stopAtFailure ? huntMs : Math.max(1000, endsAt - Date.now() - 6 * loadMs);
  const traces = replayed.parse(
    JSON.parse(await runChild(['replay', String(random.seed), String(replayMs)], {}, mutant)),
  );
  const failures = Object.values(traces).flatMap(({ differences }) => differences);
  const figures: Record<string, number> = {};
  let done = 0;
  for (const [algorithm, { decisions, refused, differences }] of Object.entries(traces)) {
    done += decisions;
    Object.assign(figures, { [`${algorithm}Decisions`]: decisions, [`${algorithm}Refused`]: refused });
    figures[`${algorithm}Differences`] = differences.length;
  }
  if (stopAtFailure && failures.length > 0) return { done, of: done, failures, figures };
  context.say(`${done} decisions on a fake clock; now two processes and one Redis`);
  const shared = await overRedis(context);
  return {
    done: done + shared.done,
    of: done + shared.done,
    failures: [...failures, ...shared.failures],
    figures: { ...figures, ...shared.figures },
  };
}

async function overRedis({ random, mutant }: Context): Promise<Omit<Outcome, 'of'>> {
  const found = await findRedis();
  if ('missing' in found) throw new Error(found.missing);
  const { url, stop } = found.server;
  const rulesOf = (limit: number, windowMs: number) =>
    algorithms.map((algorithm) => ({ algorithm, limit, windowMs, burst: limit }));
  const strict: Omit<LoadPlan, 'url'> = {
    mode: 'Strict',
    rules: rulesOf(random.integer(20, 60), 1000),
    keys: 10,
    forMs: loadMs,
    atOnce: 64,
  };
  const fast: Omit<LoadPlan, 'url'> = {
    ...strict,
    mode: 'Fast',
    rules: rulesOf(2000, 2000),
    keys: 3,
    atOnce: 256,
  };
  try {
    const strictSeen = await bothAtOnce({ ...strict, url }, mutant);
    const fastSeen = await bothAtOnce({ ...fast, url }, mutant);
    const [first, second] = [judgeStrict(strict.rules, strictSeen), judgeFast(fast.rules, fastSeen)];
    return {
      done: [...strictSeen, ...fastSeen].reduce((sum, { decisions }) => sum + decisions, 0),
      failures: [...first.failures, ...second.failures],
      figures: { ...first.figures, ...second.figures },
    };
  } finally {
    await stop();
  }
}

function bothAtOnce(plan: LoadPlan, mutant: Mutant | undefined): Promise<LoadSeen[]> {
  const one = async () =>
    loaded.parse(JSON.parse(await runChild(['load'], { LIMITER_PLAN: JSON.stringify(plan) }, mutant)));
  return Promise.all([one(), one()]);
}

async function runChild(
  args: string[],
  variables: Record<string, string>,
  mutant: Mutant | undefined,
): Promise<string> {
  const planted = mutant === undefined ? [] : ['--import', loader];
  const env = { ...process.env, ...variables, ...(mutant && { [plantedVariable]: JSON.stringify(mutant) }) };
  const running = spawn(process.execPath, [...planted, child, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => running.once('exit', resolve));
  const said = await text(running.stdout);
  if ((await ended) !== 0) throw new Error(`a process of the proof ended with ${await ended}`);
  return said;
}
