import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Mutant, plantedVariable } from '../mutants/mutant.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { mutants } from './mutants.ts';
import { simulateUntil } from './shops.ts';

const huntMs = 25_000;
const loader = fileURLToPath(new URL('../mutants/loader.ts', import.meta.url));
const child = fileURLToPath(new URL('./child.ts', import.meta.url));

/** The money path's own code on simulated time, network, stores and deaths; every failure comes again from its seed. */
export const simulation: Proof = {
  name: 'simulation',
  sentence:
    'The deciders, workflow, inbox, relay, reactions and timers that ship keep money, stock and compensations exact when ' +
    'processes die at any write or publication and messages come late, twice and in any order between topics.',
  minimum: 1000,
  minutes: 5,
  selfContained: true,
  mutants,
  run: async (context) => {
    if (context.mutant !== undefined) return runPlanted(context, context.mutant);
    const endsAt = context.stopAtFailure ? Date.now() + huntMs : context.endsAt;
    return simulateUntil(endsAt, context.random, context.stopAtFailure, (line) => context.say(line));
  },
};

const outcome = z.object({
  done: z.int(),
  of: z.int(),
  failures: z.array(z.string()),
  figures: z.record(z.string(), z.union([z.number(), z.string()])),
});

// The bug has to be there when Node loads the modules, so a process of its own simulates it.
async function runPlanted({ random }: Context, mutant: Mutant): Promise<Outcome> {
  const args = ['--import', loader, child, String(random.seed), String(huntMs)];
  const env = { ...process.env, [plantedVariable]: JSON.stringify(mutant) };
  const running = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await text(running.stdout);
  return outcome.parse(JSON.parse(said.trim().split('\n').at(-1) ?? ''));
}
