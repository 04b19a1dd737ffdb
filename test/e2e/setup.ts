import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { currentCluster, hostInventory } from '../../hack/cluster/index.ts';
import { differences, type Inventory } from '../../proofs/inventory.ts';

const cli = join(import.meta.dirname, '../../hack/cluster/cli.ts');

/** Set when these tests start the cluster, and so take it away again; a cluster that ran before stays. */
let before: Inventory | undefined;

/** Brings the cluster up, or up to date, before the first test. */
export async function setup(): Promise<void> {
  if (currentCluster() === undefined && process.env['CLUSTER'] !== 'existing') before = await hostInventory();
  cluster('up');
}

/** Takes down what `setup` brought up; whatever is left behind then fails the run. */
export async function teardown(): Promise<void> {
  if (before === undefined) return;
  cluster('down');
  const left = differences(before, await hostInventory());
  if (left.length > 0)
    throw new Error(`npm run down left the machine otherwise than before:\n${left.join('\n')}`);
}

function cluster(command: 'up' | 'down'): void {
  const { status } = spawnSync(process.execPath, [cli, command], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm run ${command} ended with ${status}`);
}
