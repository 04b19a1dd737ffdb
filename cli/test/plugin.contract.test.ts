import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../hack/cluster/controlplane.ts';
import { type Kubectl, kubectl } from '../../hack/cluster/kubectl.ts';
import { waitFor } from '../../hack/cluster/wait.ts';
import { run, toolPath } from '../../hack/toolchain/index.ts';
import { apiVersion, ecommerceStack, kind } from '../../operator/src/api/ecommercestack.ts';
import { guardPolicies } from '../../operator/src/api/guard.ts';
import { kindOf } from '../../operator/src/api/kinds.ts';
import { dumpManifest } from '../../operator/src/api/manifest.ts';
import { shippedRoles } from '../../operator/src/api/roles.ts';
import { managerName } from '../../operator/src/desired/labels.ts';
import { offlineInput } from '../../operator/src/desired/offline.ts';
import { buildStack } from '../../operator/src/desired/stack.ts';
import { stamped } from '../../operator/src/plan/plan.ts';
import type { ActionSeen } from '../src/seen.ts';

const root = resolve(import.meta.dirname, '../..');
const plugin = join(root, 'cli/bin/kubectl-ecommerce.mjs');
const directory = mkdtempSync(join(tmpdir(), 'ecommercestack-plugin-'));
const stackFile = join(directory, 'shop.yaml');
const rollout = {
  strategy: 'Canary',
  canary: {
    steps: [
      { weight: 10, hold: { type: 'Approval' } },
      { weight: 50, hold: { type: 'Approval' } },
    ],
  },
};
const disabled = ['product', 'cart', 'order', 'payment', 'inventory', 'shipping', 'notification', 'review'];
const stack = (version: string) => ({
  ...{ apiVersion, kind, metadata: { name: 'shop', namespace: 'shop' } },
  spec: {
    version,
    mesh: { type: 'None' },
    exposure: { type: 'GatewayAPI', gatewayAPI: { parentRefs: [{ name: 'edge' }] }, hosts: ['shop.example'] },
    services: [
      { name: 'user', rollout },
      ...[...disabled, 'analytics', 'admin', 'storefront', 'gateway'].map((name) => ({
        name,
        placement: 'Disabled',
      })),
    ],
  },
});

type Ended = { readonly code: number; readonly out: string; readonly err: string };

let plane: ControlPlane;
let cluster: Kubectl;
let sre: string;

/** Runs the plugin as a process, as the person whose kubeconfig is given. */
function ecommerce(args: readonly string[], kubeconfig = plane.kubeconfig): Promise<Ended> {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  return new Promise((done) => {
    execFile(process.execPath, [plugin, ...args], { env }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, out, err });
    });
  });
}

const shop = (...args: string[]) => ecommerce([...args, '-n', 'shop']);

async function patchStatus(what: string, name: string, status: object): Promise<void> {
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
  await cluster('patch', what, name, '-n', 'shop', ...patch);
}

/** Answers the next action as the operator would: by its status, and by nothing else. */
async function answerNext(
  result: 'Applied' | 'Rejected',
  reason: string,
  message: string,
): Promise<ActionSeen> {
  const action = await waitFor(
    async () => {
      const list = await cluster.get<{ items: ActionSeen[] }>('roact', '-n', 'shop');
      return list?.items.find(({ status }) => status?.result === undefined);
    },
    { what: 'an action without an answer', timeoutMs: 30_000 },
  );
  const at = new Date().toISOString();
  const type = result === 'Applied' ? 'Ready' : 'Stalled';
  await patchStatus('roact', action.metadata.name, {
    ...{ result, message, appliedAt: at },
    conditions: [{ type, status: 'True', reason, message, lastTransitionTime: at }],
  });
  return action;
}

const condition = (type: string, status: string, reason: string, message: string) => ({
  ...{ type, status, reason, message, observedGeneration: 1, lastTransitionTime: '2026-11-23T12:00:00Z' },
});

const underWay = {
  observedGeneration: 1,
  phase: 'Canary',
  summary: { services: '1/1', canary: 'user 10%' },
  conditions: [condition('Ready', 'True', 'AllAvailable', '1 services run')],
  services: [
    {
      ...{ name: 'user', version: 'v1.3.0', revision: 'cccccccccc', stableRevision: 'ssssssssss' },
      ...{ canaryRevision: 'cccccccccc', rolloutID: 'cccccccccc-1', step: 0, weight: 10, desiredWeight: 10 },
      ...{ phase: 'Canary', readyReplicas: 2 },
      history: [
        { revision: 'ssssssssss', version: 'v1.2.3', result: 'Promoted', at: '2026-11-23T10:00:00Z' },
      ],
    },
  ],
};

/** A kubeconfig of a ServiceAccount that is bound to a shipped role. */
async function accountOf(role: string): Promise<string> {
  const rbac = 'rbac.authorization.k8s.io';
  const metadata = { name: 'sre', namespace: 'shop' };
  await cluster.apply([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  ]);
  const token = (await cluster('create', 'token', 'sre', '-n', 'shop')).trim();
  const admin = JSON.parse(readFileSync(plane.kubeconfig, 'utf8'));
  const file = join(directory, 'sre.kubeconfig');
  const context = { cluster: admin.clusters[0].name, user: 'sre', namespace: 'shop' };
  const contexts = [{ name: 'sre', context }];
  const users = [{ name: 'sre', user: { token } }];
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: admin.clusters,
    users,
    contexts,
    'current-context': 'sre',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

beforeAll(async () => {
  plane = await startControlPlane({ dir: directory, pods: false });
  cluster = kubectl(plane.kubeconfig);
  await cluster('apply', '--server-side', '-f', join(root, 'crds'));
  await waitFor(() => cluster('get', 'ecs,roact', '-A').catch(() => undefined), {
    what: 'the definitions to be established',
    timeoutMs: 60_000,
  });
  await cluster('create', 'namespace', 'shop');
  await cluster.apply([
    ...shippedRoles.map(({ name, rules }) => ({
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules },
    })),
    ...guardPolicies('guard'),
  ]);
  sre = await accountOf('ecommercestack-promoter');
  writeFileSync(stackFile, dumpManifest(stack('v1.2.3')));
  await cluster('apply', '-f', stackFile);
  await patchStatus('ecs', 'shop', underWay);
  // The policies are in force some moments after they are stored.
  await waitFor(
    async () =>
      (await ecommerce(['abort', 'shop', 'user', '--dry-run'], sre)).code === 1 ? true : undefined,
    { what: 'the policies to be in force', timeoutMs: 60_000 },
  );
});

afterAll(async () => {
  await plane.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('status', () => {
  it('shows the same stack as a tree, as a table and as JSON, without a colour in a pipe', async () => {
    const [tree, wide, json] = await Promise.all([
      shop('status', 'shop'),
      shop('status', 'shop', '-o', 'wide'),
      shop('status', 'shop', '-o', 'json'),
    ]);
    expect([tree.code, wide.code, json.code]).toEqual([0, 0, 0]);
    expect(tree.out).toContain('waits    step 1 of 2 waits for approval');
    expect(tree.out).toContain('kubectl ecommerce promote shop user -n shop');
    expect(tree.out).not.toContain('\u001b');
    expect(wide.out).toMatch(/^shop\s+shop\s+user\s+v1\.3\.0\s+Canary\s+2\s+10%\s+1\/2/m);
    expect(JSON.parse(json.out)).toMatchObject({
      name: 'shop',
      ready: 'True',
      services: [{ rollout: { weight: 10 } }],
    });
  });

  it('is a plugin of kubectl, and reads all namespaces', async () => {
    const bin = join(directory, 'bin');
    mkdirSync(bin);
    symlinkSync(plugin, join(bin, 'kubectl-ecommerce'));
    const out = await run(toolPath('kubernetes', 'kubectl'), ['ecommerce', 'status', '-A', '-o', 'wide'], {
      env: { KUBECONFIG: plane.kubeconfig, PATH: `${bin}:${process.env['PATH']}` },
    });
    expect(out).toContain('NAMESPACE');
  });

  it('ends with 3 where there is no such stack, and names the one that there is', async () => {
    const { code, err } = await shop('status', 'store');
    expect(code).toBe(3);
    expect(err).toContain('there is shop');
    expect((await ecommerce(['status', '-n', 'default'])).code).toBe(3);
    expect((await shop('status', 'shop', 'nobody')).code).toBe(3);
    expect((await shop('status', 'shop', 'user')).code).toBe(0);
  });

  it('survives a reader that has seen enough', async () => {
    const script = `"${process.execPath}" "${plugin}" status shop -n shop | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const out = await run('bash', ['-c', script], { env: { KUBECONFIG: plane.kubeconfig } });
    expect(out).toMatch(/^shop\/shop .*\n0\n$/);
  });

  it('with -w tells every change', async () => {
    const child = spawn(process.execPath, [plugin, 'status', 'shop', '-n', 'shop', '-w', '-o', 'json'], {
      env: { ...process.env, KUBECONFIG: plane.kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const seen = weightsOf(child);
    await until(() => seen.includes(10));
    const [service] = underWay.services;
    await patchStatus('ecs', 'shop', { services: [{ ...service, weight: 50, desiredWeight: 50, step: 1 }] });
    await until(() => seen.at(-1) === 50);
    await patchStatus('ecs', 'shop', underWay);
    await until(() => seen.at(-1) === 10);
    child.kill('SIGTERM');
    expect(seen).toEqual([...new Set(seen.slice(0, 2)), 10]);
  });
});

/** The weights of the canary, one for each document that the process prints. */
function weightsOf(child: ChildProcess): number[] {
  const seen: number[] = [];
  let rest = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    const lines = `${rest}${bytes.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) seen.push(JSON.parse(line).services[0].rollout.weight);
  });
  return seen;
}

const until = (holds: () => boolean) =>
  waitFor(async () => (holds() ? true : undefined), { what: 'the process to print it', timeoutMs: 20_000 });

describe('actions', () => {
  it('carry the name of their author, are answered and belong to the stack', async () => {
    const [asked, ended] = await Promise.all([
      answerNext('Applied', 'Applied', 'goes on to 50 %'),
      ecommerce(['promote', 'shop', 'user', '--reason', 'error rate is fine', '-o', 'json'], sre),
    ]);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(ended.out)).toMatchObject({
      result: 'Applied',
      message: 'goes on to 50 %',
      action: 'Promote',
    });
    expect(asked.spec).toMatchObject({
      ...{ requestedBy: 'system:serviceaccount:shop:sre', rolloutID: 'cccccccccc-1', expectedStep: 0 },
      ...{ action: 'Promote', reason: 'error rate is fine' },
    });
    expect(asked.metadata.ownerReferences).toMatchObject([{ kind: 'EcommerceStack', name: 'shop' }]);
  });

  it('that are refused end with 1 and the reason', async () => {
    const [, ended] = await Promise.all([
      answerNext('Rejected', 'Stale', 'the rollout is at step 1: look again'),
      shop('set-weight', 'shop', 'user', '25'),
    ]);
    expect(ended.code).toBe(1);
    expect(ended.out).toContain('SetWeight user: Rejected Stale: the rollout is at step 1: look again');
  });

  it('need their right, which the refusal names', async () => {
    const { code, err } = await ecommerce(['abort', 'shop', 'user'], sre);
    expect(code).toBe(1);
    expect(err).toContain('ecommercestacks/abort');
  });

  it('that nobody answers end with 2', async () => {
    const { code, err } = await shop('pause', 'shop', 'user', '--timeout', '1s');
    expect(code).toBe(2);
    expect(err).toContain('no answer within 1s');
    await answerNext('Applied', 'Applied', 'paused');
  });

  it('stand in the history with who, when and why', async () => {
    const { code, out } = await shop('history', 'shop', 'user', '-o', 'json');
    expect(code).toBe(0);
    const { items } = JSON.parse(out);
    expect(items).toHaveLength(4);
    expect(items).toContainEqual(
      expect.objectContaining({
        ...{
          what: 'Promote',
          by: 'system:serviceaccount:shop:sre',
          reason: 'error rate is fine',
          result: 'Applied',
        },
      }),
    );
    expect(items.at(-1)).toMatchObject({ what: 'Rollout', version: 'v1.2.3', result: 'Promoted' });
    expect((await shop('history', 'shop', 'nobody')).code).toBe(3);
  });
});

describe('wait', () => {
  it('ends with 0 where the goal is reached, and with 2 when time is over', async () => {
    expect((await shop('wait', 'shop')).code).toBe(0);
    expect((await shop('wait', 'shop', 'user', '--for', 'approval')).code).toBe(0);
    const late = await shop('wait', 'shop', 'user', '--for', 'promoted', '--timeout', '1s');
    expect(late.code).toBe(2);
    expect(late.err).toContain('waits for approval');
  });

  it('ends with 1 where waiting cannot help', async () => {
    const stalled = [
      condition('Ready', 'False', 'Degraded', 'x'),
      condition('Stalled', 'True', 'SecretMissing', 'create it'),
    ];
    await patchStatus('ecs', 'shop', { conditions: stalled });
    const { code, err } = await shop('wait', 'shop');
    expect(code).toBe(1);
    expect(err).toContain('SecretMissing: create it');
    const found = await shop('analyze', 'shop', '-o', 'json');
    expect(found.code).toBe(1);
    expect(JSON.parse(found.out).items).toMatchObject([
      { code: 'ECS1002', path: 'status.conditions[Stalled]' },
    ]);
    await patchStatus('ecs', 'shop', underWay);
  });
});

describe('diff', () => {
  it('tells of everything before, of nothing after, and of what a change changes', async () => {
    await patchStatus('ecs', 'shop', { services: null, summary: null });
    const before = await ecommerce(['diff', '-f', stackFile]);
    expect(before.code).toBe(1);
    expect(before.out).toContain('create Deployment shop/user-service');

    const live = ecommerceStack.parse(await cluster.get('ecs', 'shop', '-n', 'shop'));
    const served = (object: { apiVersion: string; kind: string }) =>
      kindOf(object).needs === undefined && object.kind !== 'Secret';
    const objects = buildStack(offlineInput(live, [])).filter(served).map(stamped);
    const file = join(directory, 'objects.yaml');
    writeFileSync(file, objects.map((object) => `---\n${dumpManifest(object)}`).join(''));
    await cluster('apply', '--server-side', `--field-manager=${managerName}`, '-f', file);
    expect(await ecommerce(['diff', '-f', stackFile])).toEqual({ code: 0, out: '', err: '' });

    const changed = join(directory, 'changed.yaml');
    writeFileSync(changed, dumpManifest(stack('v1.4.0')));
    const after = await ecommerce(['diff', '-f', changed, '-o', 'json']);
    expect(after.code).toBe(1);
    const [told] = JSON.parse(after.out).items;
    expect(told.spec).toContain('+ version: v1.4.0');
    expect(told.objects).toContainEqual(
      expect.objectContaining({ change: 'update', kind: 'Deployment', name: 'user-service' }),
    );
  });
});

describe('analyze', () => {
  it('finds before applying what only the cluster can tell', async () => {
    const file = join(directory, 'other.yaml');
    const other = stack('v1.2.3');
    writeFileSync(
      file,
      dumpManifest({
        ...{ ...other, metadata: { name: 'other', namespace: 'shop' } },
        spec: { ...other.spec, data: { postgres: { mode: 'External', secretRef: { name: 'db' } } } },
      }),
    );
    expect((await ecommerce(['analyze', '-f', file])).code).toBe(0);
    const { code, out } = await ecommerce(['analyze', '-f', file, '--live', '-o', 'json']);
    expect(code).toBe(1);
    const codes = JSON.parse(out).items.map((item: { code: string }) => item.code);
    expect(codes).toEqual(expect.arrayContaining(['ECS1101', 'ECS1102']));
  });
});
