import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { fieldsOf } from '../../../hack/generate/reference.ts';
import { stackSchema } from '../../src/api/crd.ts';
import { completeStack } from '../../src/api/defaults.ts';
import { ecommerceStack } from '../../src/api/ecommercestack.ts';
import { status } from '../../src/api/schema/status.ts';
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

it('the status of the example with every field stays below 64 KiB, however much there is to tell', () => {
  const full = examples.find(({ file }) => file === 'full.yaml');
  const names = completeStack(ecommerceStack.parse(full?.documents[0])).services.map(({ name }) => name);
  const told = {
    observedGeneration: 1000,
    phase: 'Progressing',
    url: 'https://full.shop.example/',
    summary: { services: `0/${names.length}`, canary: names.join(', ') },
    conditions: Array.from({ length: 9 }, (_, index) => ({
      type: `Concern${index}`,
      status: 'False',
      observedGeneration: 1000,
      lastTransitionTime: '2026-11-23T12:00:00Z',
      reason: 'SecretMissing',
      message: 'x'.repeat(1024),
    })),
    services: names.map((name) => ({
      name,
      version: 'v1.2.3-rc.1',
      revision: 'abcdefghij',
      stableRevision: 'abcdefghij',
      canaryRevision: 'abcdefghij',
      rolloutID: 'x'.repeat(36),
      desiredWeight: 20,
      weight: 20,
      step: 3,
      phase: 'AwaitingApproval',
      readyReplicas: 100,
      lastAction: 'x'.repeat(63),
      history: Array.from({ length: 10 }, () => ({
        revision: 'abcdefghij',
        version: 'v1.2.3-rc.1',
        result: 'Superseded',
        at: '2026-11-23T12:00:00Z',
      })),
      message: 'x'.repeat(1024),
    })),
  };
  expect(status.parse(told)).toEqual(told);
  expect(JSON.stringify(told).length).toBeLessThan(64 * 1024);
});

it('the example with every field stays below 96 KiB', () => {
  const full = examples.find(({ file }) => file === 'full.yaml');
  expect(JSON.stringify(full?.documents[0]).length).toBeLessThan(96 * 1024);
});
