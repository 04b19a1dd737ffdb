import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Mutant, plantedVariable } from '../mutants/mutant.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { canaryMutants } from './mutants.ts';

const loader = fileURLToPath(new URL('../mutants/loader.ts', import.meta.url));
const child = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Histories of a full run, and of the hunt for one planted bug. */
const histories = 100_000;
const huntHistories = 20_000;
/** Processes that share the histories. */
const lanes = 2;

/** The rollout machine that ships, in a world of people, pods, proxies, measurements and deaths. */
export const canaryHistories: Proof = {
  name: 'canary-histories',
  sentence:
    'In histories of spec changes, actions, pods, proxies, measurements, time and deaths of the operator, every rule of a rollout holds at every write, and every rollout that is left alone comes to rest.',
  minimum: 1000,
  minutes: 30,
  selfContained: true,
  mutants: canaryMutants,
  run: async (context) => {
    const of = context.stopAtFailure ? huntHistories : histories;
    const results = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => live(context, lane, of / lanes)),
    );
    return joined(results, of);
  },
};

const result = z.object({
  done: z.int(),
  turns: z.int(),
  failures: z.array(z.string()),
  states: z.record(z.string(), z.int()),
});
type Result = z.output<typeof result>;

// A process each: two cores are used, and a bug can be planted while Node loads the modules.
async function live(context: Context, lane: number, of: number): Promise<Result> {
  const { random, endsAt, stopAtFailure, mutant } = context;
  const request = JSON.stringify({ seed: random.seed, lane, of, endsAt, stopAtFailure });
  const running = spawn(process.execPath, [...patched(mutant), child, request], {
    env: { ...process.env, ...(mutant && { [plantedVariable]: JSON.stringify(mutant) }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await text(running.stdout);
  return result.parse(JSON.parse(said.trim().split('\n').at(-1) ?? ''));
}

function patched(mutant: Mutant | undefined): string[] {
  return mutant === undefined ? [] : ['--import', loader];
}

function joined(results: readonly Result[], of: number): Outcome {
  const states: Record<string, number> = {};
  for (const one of results) {
    for (const [state, times] of Object.entries(one.states)) states[state] = (states[state] ?? 0) + times;
  }
  const sum = (count: (one: Result) => number) => results.reduce((total, one) => total + count(one), 0);
  return {
    done: sum(({ done }) => done),
    of,
    failures: results.flatMap(({ failures }) => failures),
    figures: { events: sum(({ turns }) => turns), ...states },
  };
}
