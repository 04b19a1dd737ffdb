import { canaryAbort } from './canary-abort/canary-abort.ts';
import { canaryHistories } from './canary-histories/canary-histories.ts';
import { canaryTraffic } from './canary-traffic/canary-traffic.ts';
import { cleanDown } from './clean-down.ts';
import { crashSweep } from './crash-sweep/crash-sweep.ts';
import { drift } from './drift/drift.ts';
import { examples } from './examples.ts';
import { faultSweep } from './fault-sweep/fault-sweep.ts';
import { gauntlet } from './gauntlet/gauntlet.ts';
import { generatedStacks } from './generated-stacks/generated-stacks.ts';
import { invalid } from './invalid.ts';
import { leadership } from './leadership/leadership.ts';
import { limiterTruth } from './limiter-truth/limiter-truth.ts';
import { mesh } from './mesh/mesh.ts';
import type { Proof } from './proof.ts';
import { rollingLoss } from './rolling-loss.ts';
import { rolloutRights } from './rollout-rights/rollout-rights.ts';
import { sagaFire } from './saga-fire/saga-fire.ts';
import { scanners } from './scanners/scanners.ts';
import { silence } from './silence.ts';
import { silence200 } from './silence-200/silence-200.ts';
import { simulation } from './simulation/simulation.ts';
import { tenant } from './tenant/tenant.ts';
import { thrift } from './thrift/thrift.ts';
import { upgrade } from './upgrade/upgrade.ts';
import { watchSweep } from './watch-sweep/watch-sweep.ts';

/** Every proof, in the order in which `--list` names them. */
export const proofs: readonly Proof[] = [
  canaryAbort,
  canaryHistories,
  canaryTraffic,
  cleanDown,
  crashSweep,
  drift,
  examples,
  faultSweep,
  gauntlet,
  generatedStacks,
  invalid,
  leadership,
  limiterTruth,
  mesh,
  rollingLoss,
  rolloutRights,
  sagaFire,
  scanners,
  silence,
  silence200,
  simulation,
  tenant,
  thrift,
  upgrade,
  watchSweep,
];
