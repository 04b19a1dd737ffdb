import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { fieldsOf } from '../../../hack/generate/reference.ts';
import { stackSchema } from '../../src/api/crd.ts';
import { pathSteps } from '../../src/api/structural.ts';
import { valuesAt } from '../../src/api/validate.ts';
import { examples } from './examples.ts';

/** Fields that no stack of one laptop can carry, or whose twin at another place is shown. */
const shownElsewhere = [
  /^spec\.customServices\[\]\.(?!name$|image)/,
  /^spec\.monolith\.(autoscaling|rollout\.canary)/,
  /^spec\.services\[\]\.pod\.priorityClassName$/,
  /^spec\.services\[\]\.image\.digest$/,
  /^spec\.customServices\[\]\.image\.(digest|pullPolicy)$/,
  /^spec\.services\[\]\.(resilience|resources)\./,
  /^spec\.services\[\]\.data\.(mongodb|redis|search)/,
  /^spec\.services\[\]\.pod\.affinity\.pod(Anti)?Affinity\./,
  /\.(cloudNativePG|percona|openSearch|eck|strimzi)/,
  /^spec\.data\.(postgres|mongodb|search)\.secretRef/,
  /^spec\.eventBus\.kafka\.secretRef/,
  /\.preference\.matchExpressions\[\]\.values$/,
  /\.storage\.className$/,
  /\.(requests|limits)\.ephemeral-storage$/,
];

it('every field of the spec stands in an example', () => {
  const documents = examples.flatMap((example) => example.documents);
  const unseen = fieldsOf(stackSchema(), '')
    .map(({ path }) => path)
    .filter((path) => path.startsWith('spec.') && !shownElsewhere.some((pattern) => pattern.test(path)))
    .filter((path) => documents.every((document) => valuesAt(document, pathSteps(path), '').length === 0));
  expect(unseen).toEqual([]);
});

it('the list of examples names each of them', () => {
  const list = readFileSync(resolve(import.meta.dirname, '../../../examples/README.md'), 'utf8');
  expect(examples.map(({ file }) => file).filter((file) => !list.includes(`[${file}](${file})`))).toEqual([]);
});

it('the example with every field stays below 96 KiB', () => {
  const full = examples.find(({ file }) => file === 'full.yaml');
  expect(JSON.stringify(full?.documents[0]).length).toBeLessThan(96 * 1024);
});
