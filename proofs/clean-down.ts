import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { currentCluster, hostInventory } from '../hack/cluster/index.ts';
import { differences } from './inventory.ts';
import type { Context, Proof } from './proof.ts';

const root = join(import.meta.dirname, '..');

export const cleanDown: Proof = {
  name: 'clean-down',
  sentence:
    'After npm run up and npm run down the machine has the processes, mounts, interfaces, nft tables, cgroups and settings that it had before.',
  minimum: 1,
  minutes: 30,
  run: async (context) => {
    if (currentCluster() !== undefined) {
      context.say('a cluster runs: taking it down first, so that there is a before');
      await cluster('down');
    }
    const before = await hostInventory();
    const failures: string[] = [];
    let rounds = 0;
    for (const interrupt of [false, true]) {
      if (rounds > 0 && Date.now() >= context.endsAt) break;
      context.say(interrupt ? 'up, interrupted on the way, then down' : 'up, then down');
      await cluster('up', interrupt ? halfway(context) : undefined);
      await cluster('down');
      const found = differences(before, await hostInventory());
      failures.push(...found.map((line) => `${interrupt ? 'after an interrupted up: ' : ''}${line}`));
      rounds++;
    }
    const items = Object.values(before).reduce((sum, list) => sum + list.length, 0);
    return { done: rounds, of: 2, failures, figures: { items, rounds, differences: failures.length } };
  },
};

/** A moment, drawn from the seed, at which a person loses patience with a warm start. */
function halfway(context: Context): number {
  return context.random.integer(3, 25) * 1000;
}

/** Runs the command to its end; with `interruptAfter` it gets SIGINT and may end as it likes. */
function cluster(command: 'up' | 'down', interruptAfter?: number): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(root, 'hack/cluster/cli.ts'), command], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    const timer =
      interruptAfter === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), interruptAfter);
    child.on('error', failed);
    child.on('exit', (code) => {
      clearTimeout(timer);
      if (code === 0 || timer !== undefined) done();
      else failed(new Error(`npm run ${command} ended with ${code}`));
    });
  });
}
