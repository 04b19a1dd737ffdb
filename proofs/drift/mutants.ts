import type { Mutant } from '../mutants/mutant.ts';

/** Bugs of operators that do not hold what they made; `drift` has to catch each. */
export const driftMutants: readonly Mutant[] = [
  {
    name: 'deaf-to-deletes',
    sentence: 'The cache takes in no DELETED event, so what is gone counts as there.',
    module: 'packages/controller-runtime/src/cache.ts',
    find: 'if (entry === undefined || entry.uid !== object.metadata.uid) return;',
    replace: 'if (entry === undefined || entry.uid !== "") return;',
  },
  {
    name: 'content-with-existence',
    sentence: 'An object that exists counts as right, whatever it says.',
    module: 'operator/src/plan/plan.ts',
    find: 'return driftOf(stamped(desired), live);',
    replace: 'return undefined;',
  },
  {
    name: 'blind-to-metadata',
    sentence: 'Labels and annotations are applied at first and compared never.',
    module: 'operator/src/plan/drift.ts',
    find: 'return differ(desired, live, [], rules);',
    replace: 'return differ({ ...desired, metadata: {} }, live, [], rules);',
  },
  {
    name: 'never-prunes',
    sentence: 'What is not desired any more stays.',
    module: 'operator/src/plan/plan.ts',
    find: 'observed.filter((object) => !wanted.has(objectKey(object)) && isPrunable(object))',
    replace: 'observed.slice(0, 0)',
  },
  {
    name: 'trusts-generation',
    sentence: 'A generation that was seen and became Ready is not looked at again.',
    module: 'operator/src/controller/reconcile.ts',
    find: '  const halt = haltOf(stack, cluster.stacks());',
    replace: `  if (stack.status?.phase === 'Ready' && stack.status.observedGeneration === stack.metadata['generation']) return {};
  const halt = haltOf(stack, cluster.stacks());`,
  },
];
