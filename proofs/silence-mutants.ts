import type { Mutant } from './mutants/mutant.ts';

/** Bugs of operators that talk without need; `silence` has to catch each. */
export const silenceMutants: readonly Mutant[] = [
  {
    name: 'stamps-every-status',
    sentence: 'Each report carries the present time, differs from the last one and wakes the operator again.',
    module: 'operator/src/controller/report.ts',
    find: 'if (canonicalJson(status) === canonicalJson(stack.status ?? {})) return stack;',
    replace: `for (const condition of status.conditions ?? [])
    Object.assign(condition, { lastTransitionTime: new Date().toISOString().replace(/\\.\\d+Z$/, 'Z') });`,
  },
  {
    name: 'polls',
    sentence: 'The operator comes back every five seconds to read what its watch has told it already.',
    module: 'operator/src/controller/requeue.ts',
    find: 'return problems.length > 0 ? { requeueAfter: obstacleMs } : {};',
    replace: `void cluster.find(stack as never).catch(() => undefined);
  return { requeueAfter: 5_000 };`,
  },
];
