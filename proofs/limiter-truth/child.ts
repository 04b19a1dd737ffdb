/** A process of `limiter-truth`: `replay SEED MS` on a fake clock, `load` with a plan in LIMITER_PLAN against Redis. */
import { randomFrom } from '../random.ts';
import { replayUntil } from './replay.ts';
import { type LoadPlan, loadStore } from './store-load.ts';

const [task, seed = '1', milliseconds = '0'] = process.argv.slice(2);
const said =
  task === 'replay'
    ? replayUntil(Date.now() + Number(milliseconds), randomFrom(Number(seed)), true)
    : // Written by limiter-truth.ts with the type that it shares with this file.
      await loadStore(JSON.parse(process.env['LIMITER_PLAN'] ?? '') as LoadPlan);
process.stdout.write(`${JSON.stringify(said)}\n`);
