import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { KubeObject } from '../kube/object.ts';
import { type Mutant, plantedVariable } from '../mutants/mutant.ts';

const root = join(import.meta.dirname, '../..');

/** A version of the operator and of its CRD: this checkout, with these changes to its text. */
export type Release = { readonly name: string; readonly patches: readonly Mutant[] };

/** This checkout as it is. */
export const present: Release = { name: 'present', patches: [] };

/** Label that the next release puts on every Service: a change outside of pods, which shows that it has been there. */
export const nextLabel = 'ecommercestack.dev/next';

/** Blueprint of the next release. */
export const nextBlueprint = 'v2';

const change = (name: string, sentence: string, at: readonly [string, string, string]): Mutant => ({
  ...{ name, sentence },
  ...{ module: at[0], find: at[1], replace: at[2] },
});

/**
 * What a later release may do to this one: other values for pods under a blueprint of a new name, which new stacks get;
 * new fields, one of them with a default; and other objects beside the pods.
 */
export const nextChanges: readonly Mutant[] = [
  change('blueprint', 'A second blueprint has other values.', [
    'operator/src/api/blueprints.ts',
    'export const blueprints = { v1 } as const satisfies',
    `const v2: Blueprint = {
  ...v1,
  service: { ...v1.service, preStopSleepSeconds: 7 },
  devProxy: { cpu: '20m', memory: '96Mi' },
};
export const blueprints = { v1, v2 } as const satisfies`,
  ]),
  change('blueprint-name', 'The schema knows it, and new stacks get it.', [
    'operator/src/api/ecommercestack.ts',
    ".enum(['v1'])",
    ".enum(['v1', 'v2'])",
  ]),
  change('blueprint-default', 'New stacks get it.', [
    'operator/src/api/ecommercestack.ts',
    ".default('v1'),",
    `.default('v2'),
    contact: z.string().max(253).describe('Who to ask.').optional(),
    tone: z.enum(['Plain', 'Warm']).describe('How it speaks. Default: Plain.').default('Plain'),`,
  ]),
  change('service-label', 'Services carry one more label.', [
    'operator/src/desired/service.ts',
    'metadata: { name, labels },',
    `metadata: { name, labels: { ...labels, '${nextLabel}': 'true' } },`,
  ]),
];

/** The release after this one; a planted bug is a part of it. */
export function nextRelease(mutant?: Mutant): Release {
  return { name: mutant?.name ?? 'next', patches: [...nextChanges, ...(mutant ? [mutant] : [])] };
}

/** The CRD that a release would ship, generated from its own schema. */
export async function crdOf({ patches }: Release): Promise<KubeObject> {
  const url = (path: string) => pathToFileURL(join(root, path)).href;
  const program = `import { ecommerceStackCrd } from ${JSON.stringify(url('operator/src/api/crd.ts'))};
process.stdout.write(JSON.stringify(ecommerceStackCrd()));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', url('proofs/mutants/loader.ts'), '--input-type=module', '--eval', program],
    {
      cwd: root,
      maxBuffer: 2 ** 26,
      env: { ...process.env, [plantedVariable]: JSON.stringify(patches) },
    },
  );
  // Made by the operator's own generator.
  return JSON.parse(stdout) as KubeObject;
}
