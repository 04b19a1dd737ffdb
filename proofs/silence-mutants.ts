import type { Mutant } from './mutants/mutant.ts';

/** Bugs of operators that talk without need; `silence` has to catch each. */
export const silenceMutants: readonly Mutant[] = [
  {
    name: 'repeats-its-status',
    sentence: 'The operator writes the status that stands there already, every five seconds.',
    module: 'operator/src/controller/requeue.ts',
    find: 'return problems.length > 0 ? { requeueAfter: obstacleMs } : {};',
    replace: `if (stack.status) void cluster.writeStatus(stack, stack.status).catch(() => undefined);
  return { requeueAfter: 5_000 };`,
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
