import type { Mutant } from '../mutants/mutant.ts';
import { silenceMutants } from '../silence-mutants.ts';

/** Bugs of operators that talk at rest; `silence-200` has to catch each. */
export const fleetMutants: readonly Mutant[] = [
  ...silenceMutants,
  {
    name: 'lists-to-be-sure',
    sentence: 'The caches are compared with the API server every few seconds instead of every hour.',
    module: 'operator/src/operator.ts',
    find: 'auditMs: config.auditMs,',
    replace: 'auditMs: 5_000,',
  },
  {
    name: 'applies-now-and-then',
    sentence: 'Every ten seconds every object is applied again, whatever the caches say.',
    module: 'operator/src/controller/reconcile.ts',
    find: 'return afterwards(context, told, evidence, problems, asked.withheld);',
    replace: `for (const object of desired) void cluster.apply(key, object).catch(() => undefined);
  return { requeueAfter: 10_000 };`,
  },
];
