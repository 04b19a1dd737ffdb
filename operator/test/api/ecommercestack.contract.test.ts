import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ControlPlane, startControlPlane } from '../../../hack/cluster/controlplane.ts';
import { type Kubectl, kubectl } from '../../../hack/cluster/kubectl.ts';
import { waitFor } from '../../../hack/cluster/wait.ts';
import { CommandFailed } from '../../../hack/toolchain/index.ts';
import { completeStack } from '../../src/api/defaults.ts';
import { apiVersion, ecommerceStack, kind } from '../../src/api/ecommercestack.ts';
import { loadManifest } from '../../src/api/manifest.ts';
import { validateStack } from '../../src/api/validate.ts';
import { examples, invalidExamples } from './examples.ts';
import { mutationOf } from './mutations.ts';

const root = resolve(import.meta.dirname, '../../..');
const crd = join(root, 'crds/ecommercestack.dev_ecommercestacks.yaml');
const directory = mkdtempSync(join(tmpdir(), 'ecommercestack-api-'));

let plane: ControlPlane;
let cluster: Kubectl;

const ecommerceStackName = z.object({ metadata: z.object({ name: z.string() }) });

const namespaceOf = (document: unknown): string =>
  ecommerceStack.parse(document).metadata.namespace ?? 'default';

/** Runs kubectl and returns what it says when it refuses; fails when it does not. */
async function refusal(...args: string[]): Promise<string> {
  const accepted = await cluster(...args).catch((error: unknown) => {
    if (error instanceof CommandFailed) return error;
    throw error;
  });
  if (typeof accepted === 'string') throw new Error(`accepted: ${accepted}`);
  return accepted.output;
}

beforeAll(async () => {
  plane = await startControlPlane({ dir: directory, pods: false });
  cluster = kubectl(plane.kubeconfig);
  // Client-side on purpose: its annotation has the tighter limit of the two ways to apply.
  await cluster('apply', '-f', crd);
  // kubectl wait fails on a definition that has no conditions yet.
  await waitFor(() => cluster('get', 'ecs', '-A').catch(() => undefined), {
    what: 'the definition to be established',
    timeoutMs: 60_000,
  });
  const namespaces = new Set(examples.flatMap(({ documents }) => documents.map(namespaceOf)));
  for (const namespace of [...namespaces, 'invalid']) await cluster('create', 'namespace', namespace);
});

afterAll(async () => {
  await plane.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('the CRD on a real API server', () => {
  it('can be applied server-side over the client-side one', async () => {
    const flags = ['--server-side', '--force-conflicts'];
    expect(await cluster('apply', ...flags, '-f', crd)).toContain('serverside-applied');
  });

  it('is found by its short name and categories', async () => {
    expect(await cluster('get', 'ecs', '-A')).toBeDefined();
    expect(await cluster('api-resources', '--categories=ecommerce', '-o', 'name')).toContain(
      'ecommercestacks',
    );
  });

  it('explains its fields', async () => {
    const text = await cluster('explain', 'ecs.spec.services.rollout.canary.steps.weight');
    expect(text.replace(/\s+/g, ' ')).toContain('Percentage of requests that go to the canary');
  });
});

describe('valid examples', () => {
  it('are all accepted', async () => {
    const answers = await cluster('apply', '-f', join(root, 'examples'));
    expect(answers.match(/ created$/gm)).toHaveLength(examples.flatMap(({ documents }) => documents).length);
  });

  it.each(examples.flatMap(({ file, documents }) => documents.map((document) => [file, document] as const)))(
    '%s is defaulted by the API server as by us',
    async (_, document) => {
      const ours = ecommerceStack.parse(document);
      const theirs = await cluster.get<{ spec: object }>(
        'ecs',
        ours.metadata.name,
        '-n',
        namespaceOf(document),
      );
      expect(theirs?.spec).toEqual(ours.spec);
    },
  );

  it('complete to the same stack whether read from a file or from the API server', async () => {
    for (const document of examples.flatMap(({ documents }) => documents)) {
      const ours = ecommerceStack.parse(document);
      const theirs = ecommerceStack.parse(
        await cluster.get('ecs', ours.metadata.name, '-n', namespaceOf(document)),
      );
      const { metadata: _theirs, ...fromServer } = completeStack(theirs);
      const { metadata: _ours, ...fromFile } = completeStack(ours);
      expect(fromServer).toEqual(fromFile);
    }
  });
});

describe('invalid examples', () => {
  let refusals: string[];

  beforeAll(async () => {
    const text = await refusal('apply', '-f', join(root, 'examples/invalid'));
    refusals = text.split(/^(?=The EcommerceStack |Error from server )/m);
  });

  it.each(invalidExamples.map((example) => [example.file, example] as const))(
    '%s is refused with the path and the remedy',
    (file, { documents, refusedAt, fragment }) => {
      const { name } = ecommerceStackName.parse(documents[0]).metadata;
      const text = refusals.find((one) => one.includes(`/${file}"`) || one.includes(`"${name}" is invalid`));
      const strict = text?.includes('strict decoding error') === true;
      expect(text).toContain(strict ? `"${refusedAt}"` : `${refusedAt}: `);
      expect(text).toContain(fragment);
    },
  );

  it('leave nothing behind', async () => {
    expect(await cluster('get', 'ecs', '-n', 'invalid', '-o', 'name')).toBe('');
  });
});

describe('changes', () => {
  const patched = (namespace: string, spec: object) => [
    'patch',
    'ecs',
    'shop',
    '-n',
    namespace,
    '--type=merge',
    '-p',
    JSON.stringify({ spec }),
  ];
  const redisOf = (size: string) => ({ data: { redis: { embedded: { storage: { size } } } } });
  const kafkaOf = (kafka: object) => ({ eventBus: { kafka } });

  it('that a running store cannot follow are refused with the path and the remedy', async () => {
    const embedded = await refusal(...patched('shop', redisOf('2Gi')));
    expect(embedded).toContain('spec.data.redis.embedded.storage: ');
    expect(embedded).toContain('keeps the volume');
    const shrunk = await refusal(...patched('dev', kafkaOf({ strimzi: { storage: { size: '5Gi' } } })));
    expect(shrunk).toContain('spec.eventBus.kafka.strimzi.storage.size: ');
    expect(shrunk).toContain('a volume cannot shrink');
  });

  it('that it can follow are accepted', async () => {
    const grown = kafkaOf({ strimzi: { storage: { size: '20Gi' } }, topics: { partitions: 6 } });
    expect(await cluster(...patched('dev', grown))).toContain('patched');
    const fewer = await refusal(...patched('dev', kafkaOf({ topics: { partitions: 3 } })));
    expect(fewer).toContain('spec.eventBus.kafka.topics.partitions: ');
  });
});

describe('offline validation', () => {
  it('accepts and refuses as the API server does, over stacks changed at random', async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const documents = examples.flatMap((example) => example.documents);
    const mutants = fc
      .sample(
        fc.constantFrom(...documents).chain((document) => mutationOf(Reflect.get(Object(document), 'spec'))),
        { seed, numRuns: 300 },
      )
      .map((spec, index) => ({
        apiVersion,
        kind,
        metadata: { name: `m-${index}`, namespace: 'mutations' },
        spec,
      }));
    await cluster('create', 'namespace', 'mutations');
    const file = join(directory, 'mutants.yaml');
    writeFileSync(file, mutants.map((mutant) => JSON.stringify(mutant)).join('\n---\n'));
    await refusal('create', '-f', file);
    const accepted = await cluster('get', 'ecs', '-n', 'mutations', '-o', 'name');
    const names = new Set(accepted.split('\n').map((line) => line.split('/')[1]));
    const disputed = mutants
      .filter((mutant) => validateStack(mutant).ok !== names.has(mutant.metadata.name))
      .map((mutant) => ({ mutant, offline: validateStack(mutant) }));
    expect(disputed, `SEED=${seed}`).toEqual([]);
    // Both verdicts must occur, or the comparison says nothing.
    expect(names.size).toBeGreaterThan(30);
    expect(names.size).toBeLessThan(270);
  });
});

describe('status', () => {
  it('is a subresource, with the fields of the contract, shown in the columns', async () => {
    const status = {
      observedGeneration: 1,
      phase: 'Ready',
      url: 'http://127.0.0.1:8080/',
      summary: { services: '12/13', canary: 'user 20%' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Converged',
          message: 'every service serves',
          observedGeneration: 1,
          lastTransitionTime: '2026-11-23T12:00:00Z',
        },
      ],
      services: [
        { name: 'user', version: 'v1.2.3', revision: 'abcdef0123', weight: 20, desiredWeight: 20, step: 0 },
      ],
    };
    const patch = ['-n', 'minimal', 'ecs', 'minimal', '--subresource=status', '--type=merge', '-p'];
    await cluster('patch', ...patch, JSON.stringify({ status }));
    const row = await cluster('get', 'ecs', '-n', 'minimal', '--no-headers');
    expect(row).toMatch(/^minimal\s+True\s+Ready\s+12\/13\s+user 20%\s+v1\.2\.3\s/);
    expect(await cluster('get', 'ecs', '-n', 'minimal', '-o', 'wide')).toContain('every service serves');
  });
});

describe('the YAML loader', () => {
  it.each([
    [
      'a scalar of each kind',
      'a: yes\nb: "yes"\nc: 012\nd: 0x1f\ne: 1_000\nf: 1.5e+3\ng: ~\nh: off\ni: True',
    ],
    ['what looks like time', 'a: 12:30:45\nb: 2026-01-02\nc: 2026-01-02T03:04:05Z\nd: 1:30'],
    ['one-letter words', 'a: [y, n, Y, N]\nn: 1\ny: 2'],
    ['merge keys', 'base: &base {a: 1, b: 2}\nover:\n  <<: *base\n  b: 3'],
    ['numbers at the edge', 'a: 1e3\nb: .5\nc: 0o17\nd: 08\ne: -0\nf: +7\ng: 1.\nh: 9007199254740991'],
    [
      'numbers with a base',
      'a: 0b101\nb: -0x1F\nc: 0777\nd: 0o8\ne: 0xg\nf: 1_2_3\ng: 1.2.3\nh: 1e\ni: abc\nj: 00\nk: -012',
    ],
    ['long text', 'a: |\n  line\n  line\nb: >-\n  folded\n  text'],
  ])('reads %s as kubectl does', async (_, data) => {
    // The one built-in Kind that takes any JSON.
    const text = `apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: a}\nrevision: 1\ndata:\n${data.replace(/^/gm, '  ')}\n`;
    const path = join(directory, 'sample.yaml');
    writeFileSync(path, text);
    const theirs: { data: unknown } = JSON.parse(
      await cluster('create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', path),
    );
    const [ours] = loadManifest(text);
    expect(ours?.content).toHaveProperty('data', theirs.data);
  });
});
