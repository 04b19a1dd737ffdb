import type { Mutant } from '../mutants/mutant.ts';
import type { PartName } from './part.ts';

/** Bugs between what a stack says and what becomes of it; `generated-stacks` has to catch each. */
export const generatedMutants: readonly Mutant[] = [
  {
    name: 'ignores-a-field',
    sentence: 'The builder of pods reads every field but their annotations.',
    module: 'operator/src/desired/pod-template.ts',
    find: '        ...pod.annotations,\n',
    replace: '',
  },
  {
    name: 'never-prunes',
    sentence: 'What is not desired any more stays.',
    module: 'operator/src/plan/plan.ts',
    find: 'observed.filter((object) => !wanted.has(objectKey(object)) && isPrunable(object))',
    replace: 'observed.slice(0, 0)',
  },
  {
    name: 'keeps-removed-fields',
    sentence: 'A field that is desired no more stays in an object that has everything else.',
    module: 'operator/src/plan/plan.ts',
    find: 'return driftOf(stamped(desired), live);',
    replace: 'return driftOf(desired, live);',
  },
  {
    name: 'drops-a-rule',
    sentence: 'Offline validation takes replicas beside autoscaling.',
    module: 'operator/src/api/rules/service.ts',
    find: 'holds: ({ replicas, autoscaling }) => count(replicas, autoscaling) < 2,',
    replace: 'holds: () => true,',
  },
  {
    name: 'names-the-wrong-place',
    sentence: 'Offline validation names autoscaling where replicas are what has to go.',
    module: 'operator/src/api/rules/service.ts',
    find: "field: '.replicas',",
    replace: "field: '.autoscaling',",
  },
  {
    name: 'crashes-on-a-legal-quantity',
    sentence: 'A quantity with a fraction ends the renderer.',
    module: 'operator/src/api/quantity.ts',
    find: "const fraction = (parts[3] ?? '').padEnd(9, '0');",
    replace: "if (parts[3] !== undefined) throw new Error('no fraction');\n  const fraction = '000000000';",
  },
];

/** Where a bug is looked for: the part that catches it, and what the name of a leaf or sample has that goes first. */
type Hunter = { readonly part: PartName; readonly first?: string };

/** Who looks for each bug. */
export const hunters: Readonly<Record<string, Hunter>> = {
  'ignores-a-field': { part: 'leaves', first: '.pod.annotations' },
  'never-prunes': { part: 'pairs' },
  'keeps-removed-fields': { part: 'pairs' },
  'drops-a-rule': { part: 'admission', first: 'ECS0202' },
  'names-the-wrong-place': { part: 'admission', first: 'ECS0202' },
  'crashes-on-a-legal-quantity': { part: 'leaves' },
};
