import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../../hack/cluster/wait.ts';
import { rulesFor } from '../../../hack/generate/rbac.ts';
import { kinds } from '../../src/api/kinds.ts';
import { keySecret } from '../../src/cluster/passwords.ts';
import { type ApiServer, startApiServer } from '../cluster/api-server.ts';
import { stackNamed } from '../cluster/cluster-suite.ts';
import { userService } from './shop-world.ts';

let server: ApiServer;
const running: ChildProcess[] = [];

beforeAll(async () => {
  server = await startApiServer({ pods: false });
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await server?.stop();
});

/** A kubeconfig of a service account that has the rights of the chart and no others. */
async function accountIn(namespace: string, scope: 'namespace' | 'cluster'): Promise<string> {
  await server.namespace(namespace);
  const api = 'rbac.authorization.k8s.io/v1';
  const [role, binding] =
    scope === 'cluster' ? ['ClusterRole', 'ClusterRoleBinding'] : ['Role', 'RoleBinding'];
  const subjects = [{ kind: 'ServiceAccount', name: 'operator', namespace }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: role, name: `operator-${namespace}` };
  const own = [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: [keySecret], verbs: ['get'] },
  ];
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'operator', namespace } },
    {
      apiVersion: api,
      kind: role,
      metadata: { name: roleRef.name, namespace },
      rules: rulesFor(kinds, scope),
    },
    { apiVersion: api, kind: binding, metadata: { name: roleRef.name, namespace }, roleRef, subjects },
    { apiVersion: api, kind: 'Role', metadata: { name: 'leader', namespace }, rules: own },
    {
      ...{ apiVersion: api, kind: 'RoleBinding', metadata: { name: 'leader', namespace }, subjects },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'leader' },
    },
  ];
  const dir = dirname(server.kubeconfig);
  const file = join(dir, `${namespace}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  await server.kubectl('apply', '-f', file);
  const token = (await server.kubectl('-n', namespace, 'create', 'token', 'operator')).trim();
  const config = JSON.parse(await server.kubectl('config', 'view', '--raw', '--flatten', '-o', 'json'));
  const context = { name: 'op', context: { cluster: config.clusters[0].name, user: 'op', namespace } };
  const kubeconfig = join(dir, `${namespace}.kubeconfig`);
  const users = [{ name: 'op', user: { token } }];
  writeFileSync(
    kubeconfig,
    JSON.stringify({ ...config, users, contexts: [context], 'current-context': 'op' }),
  );
  return kubeconfig;
}

type Process = { readonly child: ChildProcess; readonly lines: () => Record<string, unknown>[] };

async function operate(kubeconfig: string, ...flags: string[]): Promise<Process> {
  const main = join(import.meta.dirname, '../../src/main.ts');
  const args = [main, '--kubeconfig', kubeconfig, '--health-port=0', '--metrics-port=0', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Record<string, unknown> => JSON.parse(line));
  await waitFor(() => lines().some(({ msg }) => msg === 'started'), {
    what: 'the operator to start',
    timeoutMs: 60_000,
  });
  return { child, lines };
}

async function conditionOf(namespace: string, type: string): Promise<string> {
  const stack = await server.get(stackNamed('shop', namespace));
  const { conditions = [] } = (stack?.['status'] ?? {}) as {
    conditions?: { type: string; status: string; reason: string; message: string }[];
  };
  const found = conditions.find((candidate) => candidate.type === type);
  return `${found?.status} ${found?.reason} ${found?.message}`;
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  await waitFor(check, { what, timeoutMs: 60_000, intervalMs: 200 });
}

const noMesh = {
  mesh: { type: 'None' },
  ...userService({
    env: [{ name: 'DB_HOST', valueFrom: { secretKeyRef: { name: 'db-secret', key: 'host' } } }],
  }),
};

describe('the operator as a process, with the rights of its chart', () => {
  test('limited to a namespace: it converges, and says which Secret is missing until it is there', async () => {
    const kubeconfig = await accountIn('limited', 'namespace');
    const { child, lines } = await operate(kubeconfig, '--namespaces', 'limited');
    await server.put(stackNamed('shop', 'limited', noMesh));
    await until('SecretMissing', async () =>
      /SecretMissing.*db-secret/.test(await conditionOf('limited', 'DataReady')),
    );
    expect(await conditionOf('limited', 'Stalled')).not.toMatch(/ObjectRefused/);
    await server.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db-secret', namespace: 'limited' },
    });
    await until(
      'the Secret to be seen',
      async () => !/SecretMissing/.test(await conditionOf('limited', 'DataReady')),
    );
    expect(await server.kubectl('-n', 'limited', 'get', 'secret', 'shop-postgres', '-o', 'name')).toMatch(
      /shop-postgres/,
    );
    const spoken = lines().find(({ namespace }) => namespace === 'limited');
    expect(spoken).toMatchObject({ name: 'shop', generation: 1, reconcile: expect.any(Number) });
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  test('over the cluster: it needs no right to read Secrets; health, metrics, and an end that frees the lease', async () => {
    const kubeconfig = await accountIn('wide', 'cluster');
    const { child, lines } = await operate(kubeconfig);
    await server.namespace('shop');
    await server.put(stackNamed('shop', 'shop', noMesh));
    await until('the services', async () => /Starting/.test(await conditionOf('shop', 'ServicesAvailable')));
    expect(await conditionOf('shop', 'Stalled')).not.toMatch(/ObjectRefused/);
    const { healthPort, metricsPort } = lines().find(({ msg }) => msg === 'started') ?? {};
    const get = (port: unknown, path: string) => fetch(`http://127.0.0.1:${Number(port)}${path}`);
    await until('readiness', async () => (await get(healthPort, '/readyz')).status === 200);
    expect((await get(healthPort, '/healthz')).status).toBe(200);
    const metrics = await (await get(metricsPort, '/metrics')).text();
    expect(metrics).toMatch(/^ecommercestack_reconcile_total\{result="ok"\} [1-9]/m);
    const holder = () =>
      server.kubectl(
        '-n',
        'wide',
        'get',
        'lease',
        'ecommercestack-operator',
        '-o',
        'jsonpath={.spec.holderIdentity}',
      );
    expect(await holder()).not.toBe('');
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
    expect(await holder()).toBe('');
  });
});
