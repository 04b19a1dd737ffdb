import type { Bench } from './bench.ts';
import { informer } from './informer/informer.ts';
import { operator } from './operator/operator.ts';

/** Every bench, in the order in which `--list` names them. */
export const benches: readonly Bench[] = [informer, operator];
