import type { Mutant } from '../mutants/mutant.ts';

/** Bugs that a crash brings to light; `crash-sweep` has to catch each. */
export const crashMutants: readonly Mutant[] = [
  {
    name: 'trusts-the-generation',
    sentence:
      'After a start the operator takes a stack whose status speaks of its present generation for done.',
    module: 'operator/src/controller/reconcile.ts',
    find: `  const taken = hostsTaken(`,
    replace: `  const started = context.records.has(key);
  if (!started && stack.status?.observedGeneration === stack.metadata['generation']) return {};
  const taken = hostsTaken(`,
  },
  {
    name: 'prunes-from-memory',
    sentence: 'The operator deletes only what this process remembers to have applied.',
    module: 'operator/src/cluster/apply.ts',
    find: `  for (const group of groups(changes.prune)) {`,
    replace: `  const memory = ((globalThis as { memory?: Set<string> }).memory ??= new Set());
  for (const object of changes.apply) memory.add(objectKey(object));
  for (const group of groups(changes.prune.filter((object) => memory.has(objectKey(object))))) {`,
  },
  {
    name: 'begins-anew',
    sentence: 'What the process does not remember to have made it deletes and makes again.',
    module: 'operator/src/cluster/apply.ts',
    find: `  if (known !== undefined && ownershipOf(stack, known) === 'Ours') {`,
    replace: `  const made = ((globalThis as { made?: Set<string> }).made ??= new Set());
  const isNew = !made.has(objectKey(desired)) && known?.kind === 'Service';
  made.add(objectKey(desired));
  if (isNew && known !== undefined) {
    await cluster.remove(key, known);
    await cluster.apply(key, desired, { force: false });
    return true;
  }
  if (known !== undefined && ownershipOf(stack, known) === 'Ours') {`,
  },
  {
    name: 'acts-before-it-remembers',
    sentence: 'A decision is stored in status only after it was acted on.',
    module: 'operator/src/controller/reconcile.ts',
    find: `const remembered = isRemembered(decisions, stack.status)`,
    replace: `const remembered = isRemembered(decisions, stack.status) || Boolean(desired)`,
  },
  {
    name: 'deletes-by-name',
    sentence: 'A delete names no uid, so that it strikes whoever bears the name by then.',
    module: 'operator/src/cluster/kubernetes.ts',
    find: `await client.delete(resourceOf(row), object.metadata, { uid, resourceVersion });`,
    replace: `await client.delete(resourceOf(row), object.metadata, uid === resourceVersion ? { uid } : {});`,
  },
];
