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
    sentence: 'What was there before this process is deleted and made again.',
    module: 'operator/src/controller/reconcile.ts',
    find: `const planned = withoutMade(`,
    replace: `const begun = ((globalThis as { begun?: Set<string> }).begun ??= new Set());
  const strange = begun.has(key) ? [] : seen.children.filter((child) => child.kind === 'ConfigMap');
  begun.add(key);
  const anew = (...given: Parameters<typeof withoutMade>) => {
    const changes = withoutMade(...given);
    return { ...changes, prune: [...changes.prune, ...strange] };
  };
  const planned = anew(`,
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
