import type { Mutant } from '../mutants/mutant.ts';

/** What a next release must not do; `upgrade` has to catch each. */
export const upgradeMutants: readonly Mutant[] = [
  {
    name: 'changes-v1',
    sentence: 'The next release changes a value of the blueprint that stacks have.',
    module: 'operator/src/api/blueprints.ts',
    find: "devProxy: { cpu: '10m', memory: '64Mi' },",
    replace: "devProxy: { cpu: '10m', memory: '80Mi' },",
  },
  {
    name: 'renders-anew',
    sentence: 'The next release writes pods in another way whatever their blueprint.',
    module: 'operator/src/desired/pod-template.ts',
    find: 'enableServiceLinks: false,',
    replace: "enableServiceLinks: false,\n      dnsPolicy: 'Default',",
  },
  {
    name: 'follows-the-newest',
    sentence: 'The next release renders every stack with the newest blueprint.',
    module: 'operator/src/desired/intent.ts',
    find: 'const { service, devProxy } = blueprints[stack.blueprint];',
    replace: 'const { service, devProxy } = Object.values(blueprints).at(-1);',
  },
  {
    name: 'renames-a-field',
    sentence: 'The next release calls a field by another name.',
    module: 'operator/src/api/schema/pod.ts',
    find: 'terminationGracePeriodSeconds: z',
    replace: 'gracePeriodSeconds: z',
  },
  {
    name: 'hashes-otherwise',
    sentence: 'The next release names the same revisions otherwise.',
    module: 'operator/src/desired/revision.ts',
    find: 'return shortHash(intent);',
    replace: 'return shortHash({ ...intent, salt: 1 });',
  },
  {
    name: 'leaves-children',
    sentence: 'The next release makes children without an owner.',
    module: 'operator/src/desired/stack.ts',
    find: "const owned = stack.metadata.uid !== '' && !isRetained(object);",
    replace: "const owned = stack.metadata.uid === 'never';",
  },
];
