import type { Mutant } from '../mutants/mutant.ts';

/** Bugs of operators that send more than they need to; `thrift` has to catch each. */
export const thriftMutants: readonly Mutant[] = [
  {
    name: 'looks-before-it-makes',
    sentence: 'Every object is read before it is made for the first time.',
    module: 'operator/src/cluster/apply.ts',
    find: 'if (known === undefined && (await cluster.applyNew(key, desired))) return true;',
    replace: `if (known === undefined && (await cluster.find(desired)) === undefined) {
    await cluster.applyNew(key, desired);
    return true;
  }`,
  },
  {
    name: 'reports-every-time',
    sentence: 'The status is written at the end of every reconcile, whether or not it differs.',
    module: 'operator/src/controller/report.ts',
    find: 'if (canonicalJson(status) === canonicalJson(stack.status ?? {})) return stack;',
    replace: 'canonicalJson(status);',
  },
  {
    name: 'applies-without-comparing',
    sentence: 'Every desired object is applied in every reconcile; the API server may find out what differs.',
    module: 'operator/src/plan/plan.ts',
    find: 'return driftOf(stamped(desired), live);',
    replace: "return driftOf(stamped(desired), live) ?? 'whatever';",
  },
  {
    name: 'labels-say-when',
    sentence:
      'Every object carries the generation of its stack, so that any change of the stack rewrites all of them.',
    module: 'operator/src/desired/stack.ts',
    find: '      ...meta,\n',
    replace:
      '      ...meta,\n      annotations: { ...meta.annotations, generation: String(stack.metadata.generation) },\n',
  },
];
