import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inClusterCredentials, kubeConfigCredentials, loadCredentials } from '../src/index.ts';
import { VirtualClock } from '../src/testing/index.ts';

// client-node is 2,700 files: on a loaded machine its first import takes many seconds.
vi.setConfig({ testTimeout: 120_000 });

let root: string;
const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'credentials-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function mount(token: string): void {
  writeFileSync(join(root, 'token'), `${token}\n`);
  writeFileSync(join(root, 'ca.crt'), 'a certificate');
  writeFileSync(join(root, 'namespace'), 'shop-system');
}

test('a pod uses its service account and picks a rotated token up within 30 s', async () => {
  mount('one');
  const clock = new VirtualClock();
  const credentials = inClusterCredentials({ root, env, clock });
  expect(credentials).toMatchObject({ server: 'https://[fd00::1]:443', namespace: 'shop-system' });
  expect((await credentials?.authorize())?.headers).toEqual({ authorization: 'Bearer one' });
  mount('two');
  expect((await credentials?.authorize())?.headers).toEqual({ authorization: 'Bearer one' });
  await clock.advance(30_001);
  expect((await credentials?.authorize())?.headers).toEqual({ authorization: 'Bearer two' });
});

test('refresh reads the token at once, as after a 401', async () => {
  mount('one');
  const credentials = inClusterCredentials({ root, env, clock: new VirtualClock() });
  await credentials?.authorize();
  mount('two');
  credentials?.refresh();
  expect((await credentials?.authorize())?.headers).toEqual({ authorization: 'Bearer two' });
});

test('a token that cannot be read fails that request only', async () => {
  mount('one');
  const credentials = inClusterCredentials({ root, env, clock: new VirtualClock() });
  rmSync(join(root, 'token'));
  await expect(credentials?.authorize()).rejects.toThrow('ENOENT');
  mount('two');
  expect((await credentials?.authorize())?.headers).toEqual({ authorization: 'Bearer two' });
});

test('outside a pod there are no in-cluster credentials', () => {
  mount('one');
  expect(inClusterCredentials({ root, env: {} })).toBeUndefined();
  rmSync(join(root, 'token'));
  expect(inClusterCredentials({ root, env })).toBeUndefined();
});

function aKubeConfig(user: Record<string, unknown>): string {
  const file = join(root, 'kubeconfig');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', 'tls-server-name': 'kube' } }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'x', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
      { name: 'y', context: { cluster: 'c', user: 'u' } },
    ],
    'current-context': 'x',
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

test('a kubeconfig gives server, namespace, TLS and token', async () => {
  const kubeconfig = aKubeConfig({ token: 't1' });
  const credentials = await loadCredentials({ kubeconfig });
  expect(credentials).toMatchObject({ server: 'https://10.0.0.1:6443', namespace: 'shop' });
  expect(await credentials.authorize()).toMatchObject({
    headers: { authorization: 'Bearer t1' },
    tls: { servername: 'kube' },
  });
  expect((await loadCredentials({ kubeconfig, context: 'y' })).namespace).toBeUndefined();
});

test('a rewritten kubeconfig is read again after refresh', async () => {
  const credentials = await loadCredentials({ kubeconfig: aKubeConfig({ token: 't1' }) });
  await credentials.authorize();
  aKubeConfig({ token: 't2' });
  credentials.refresh();
  expect((await credentials.authorize()).headers).toEqual({ authorization: 'Bearer t2' });
});

test('an exec plugin is asked for a token, and asked again after refresh', async () => {
  const count = join(root, 'count');
  const script = `echo x >> ${count}; printf '{"status":{"token":"t%s"}}' $(wc -l < ${count})`;
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script] };
  const credentials = await loadCredentials({ kubeconfig: aKubeConfig({ exec }) });
  expect((await credentials.authorize()).headers).toEqual({ authorization: 'Bearer t1' });
  expect((await credentials.authorize()).headers).toEqual({ authorization: 'Bearer t1' });
  credentials.refresh();
  expect((await credentials.authorize()).headers).toEqual({ authorization: 'Bearer t2' });
});

test('a user name and password become basic authentication', async () => {
  const credentials = await loadCredentials({
    kubeconfig: aKubeConfig({ username: 'ann', password: 'secret' }),
  });
  const { headers } = await credentials.authorize();
  expect(headers['authorization']).toBe(`Basic ${Buffer.from('ann:secret').toString('base64')}`);
});

test('a kubeconfig without a current cluster is refused with a sentence', () => {
  const empty = {
    getCurrentCluster: () => null,
    getCurrentContext: () => '',
    getContextObject: () => null,
    applyToHTTPSOptions: () => Promise.resolve(),
  };
  expect(() => kubeConfigCredentials(() => empty)).toThrow('names no current cluster');
});
