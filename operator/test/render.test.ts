import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { completeStack } from '../src/api/defaults.ts';
import { dumpManifest, loadManifest } from '../src/api/manifest.ts';
import type { KubernetesObject } from '../src/api/object.ts';
import { buildRevisionConfig } from '../src/desired/config-map.ts';
import { workloadsOf } from '../src/desired/intent.ts';
import { revisionHash } from '../src/desired/revision.ts';
import { render } from '../src/render.ts';
import { aStack, pick } from '../src/testing/a-stack.ts';

const header =
  'apiVersion: ecommercestack.dev/v1alpha1\nkind: EcommerceStack\nmetadata: {name: shop, namespace: shop}\n';
const minimal = `${header}spec: {version: v1.2.3}\n`;

describe('render', () => {
  test('is the same for the same text', () => {
    expect(render('a', minimal)).toEqual(render('a', minimal));
  });

  test('names file, path and code of what is wrong, and prints nothing then', () => {
    const { yaml, problems } = render('bad.yaml', `${header}spec: {version: v1.2.3, profil: Dev}\n`);
    expect(yaml).toBe('');
    expect(problems).toEqual(['bad.yaml: spec.profil: ECS0002: unknown field "spec.profil"']);
  });

  test('names the document where a file holds several', () => {
    const { problems } = render('two.yaml', `${minimal}---\n${header}spec: {}\n`);
    expect(problems).toEqual([expect.stringMatching(/^two\.yaml: \[1\]\.spec\.version: ECS0001: /)]);
  });

  test.each([
    ['no YAML', 'a: [', /^f: -: ECS0000: is no YAML/],
    ['an empty file', '', /^f: -: ECS0000: holds no EcommerceStack/],
    ['another Kind', 'apiVersion: v1\nkind: Pod\n', /^f: kind: ECS0003/],
  ])('refuses %s', (_, text, message) => {
    expect(render('f', text).problems).toEqual([expect.stringMatching(message)]);
  });

  test('builds the stable revision from the record that stands beside the stack', () => {
    const earlier = completeStack(
      aStack({ services: [{ name: 'user', version: 'v1', env: [{ name: 'OLD', value: 'yes' }] }] }),
    );
    const intent = workloadsOf(earlier).find(({ name }) => name === 'user')?.intent;
    if (intent === undefined) throw new Error('no workload user');
    const revision = revisionHash(intent);
    const stack = `${header}spec:
  version: v1
  services: [{name: user, version: v2, rollout: {strategy: Canary, canary: {weight: 10}}}]
status: {services: [{name: user, stableRevision: ${revision}, weight: 10}]}
`;
    const record = dumpManifest(buildRevisionConfig('shop', revision, intent));
    const objects = loadManifest(render('f', `${stack}---\n${record}`).yaml).map(
      // What render prints are Kubernetes objects.
      ({ content }) => content as KubernetesObject,
    );
    expect(JSON.stringify(pick(objects, 'Deployment', 'user-service').spec)).toContain('"OLD"');
    expect(pick(objects, 'ConfigMap', `user-service-${revision}`)).toBeDefined();
  });
});

describe('the command', () => {
  const run = promisify(execFile);
  const command = join(import.meta.dirname, '../src/render.ts');
  const root = join(import.meta.dirname, '../..');

  test('exits 1 with the problems on standard error', async () => {
    const failed = await run(process.execPath, [command, 'no-such-file.yaml'], { cwd: root }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('ECS0000') });
  });

  test('explains itself', async () => {
    const { stdout } = await run(process.execPath, [command, '--help'], { cwd: root });
    expect(stdout).toContain('npm run -s render -- FILE…');
  });
});
