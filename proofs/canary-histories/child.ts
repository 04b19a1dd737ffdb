/** One lane of the histories: `child.ts '{"seed":…}'`. Its last line of output is its result as JSON. */
import { z } from 'zod';
import { liveHistory } from '../../operator/src/testing/rollout-history.ts';
import { randomFrom } from '../random.ts';

const events = 60;
const mostFailures = 5;

const { seed, lane, of, endsAt, stopAtFailure } = z
  .object({
    seed: z.int(),
    lane: z.int(),
    of: z.int(),
    endsAt: z.number(),
    stopAtFailure: z.boolean(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const failures: string[] = [];
const states: Record<string, number> = {};
let [done, turns] = [0, 0];
const enough = stopAtFailure ? 1 : mostFailures;
while (done < of && failures.length < enough && Date.now() < endsAt) {
  const random = randomFrom(seed + lane * 1_000_003 + done * 7);
  const lived = liveHistory((below) => Math.floor(random.next() * below), events);
  for (const [state, times] of Object.entries(lived.states)) states[state] = (states[state] ?? 0) + times;
  if (lived.failure !== undefined) failures.push(`history ${lane}/${done}: ${lived.failure}`);
  turns += lived.turns;
  done++;
}
console.log(JSON.stringify({ done, turns, failures, states }));
