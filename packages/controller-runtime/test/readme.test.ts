import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { leaseResource } from '../src/index.ts';
import { FakeApiServer, until } from '../src/testing/index.ts';
import { startExample } from './example.ts';
import type { ConfigMap } from './kinds.ts';
import { configMap, configMaps } from './kinds.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const example = readFileSync(join(root, 'examples/copier.ts'), 'utf8');

test('the README shows the example as it is, in fewer than 60 lines', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  expect(example.trimEnd().split('\n').length).toBeLessThan(60);
});

function source(data: Record<string, string>): ConfigMap {
  return {
    ...configMap('original', data),
    metadata: { name: 'original', namespace: 'default', labels: { 'copy-to': 'twin' } },
  };
}

test('the example copies, repairs, follows changes, and ends in order on SIGTERM', async () => {
  const server = await FakeApiServer.start(configMaps, leaseResource);
  const directory = mkdtempSync(join(tmpdir(), 'copier-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const cluster = { server: server.credentials().server, 'insecure-skip-tls-verify': true };
  const content = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 'first' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(kubeconfig, JSON.stringify(content));
  const copier = startExample(kubeconfig);
  const twin = () => server.read(configMaps, 'default/twin') as ConfigMap | undefined; // only ConfigMaps are kept there
  try {
    server.put(configMaps, source({ x: '1' }));
    await until('the copy is made', () => twin()?.data?.['x'] === '1', 60_000);
    expect(twin()?.metadata.ownerReferences?.[0]?.name).toBe('original');
    server.put(configMaps, {
      ...twin(),
      metadata: twin()?.metadata ?? { name: 'twin' },
      data: { x: 'broken' },
    } as ConfigMap);
    await until('the copy is repaired', () => twin()?.data?.['x'] === '1');
    server.put(configMaps, source({ x: '2' }));
    await until('the copy follows', () => twin()?.data?.['x'] === '2');
    const writes = server.requests.filter(({ method, path }) => method === 'PATCH' && path.endsWith('/twin'));
    expect(writes).toHaveLength(3);
    expect(await copier.end()).toEqual([0, null]);
    expect(server.read(leaseResource, 'default/copier')?.spec).toMatchObject({ holderIdentity: '' });
    expect(copier.output()).toMatch(/^serving \/healthz, \/readyz and \/metrics on \d+\n$/);
  } finally {
    copier.kill();
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);
