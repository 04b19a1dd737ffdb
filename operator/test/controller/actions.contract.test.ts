import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toolPath } from '../../../hack/toolchain/index.ts';
import type { ServiceStatus } from '../../src/api/ecommercestack.ts';
import { guardPolicies } from '../../src/api/guard.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { shippedRoles } from '../../src/api/roles.ts';
import { actionKind, type RolloutAction } from '../../src/api/rolloutaction.ts';
import { type Ask, actionIn } from './asking.ts';
import { installCrds } from './capability-crds.ts';
import { startLiveOperator } from './live-operator.ts';
import { small } from './shop-world.ts';

const namespace = 'shop';
const rbac = 'rbac.authorization.k8s.io';
const rollout = {
  strategy: 'Canary',
  canary: {
    steps: [
      { weight: 10, hold: { type: 'Approval' } },
      { weight: 50, hold: { type: 'Approval' } },
    ],
  },
};
// Requests reach the user service at the edge, where its canary is weighed without a mesh.
const spec = (version: string) => ({
  mesh: { type: 'None' },
  exposure: {
    type: 'GatewayAPI',
    gatewayAPI: { parentRefs: [{ name: 'edge' }] },
    routes: [{ path: '/users', service: 'user' }],
  },
  services: [...small.services, { name: 'user', version, replicas: 2, rollout }],
});

const live = await startLiveOperator();
const { server, stackIn, condition, until } = live;

afterAll(() => live.stop());

async function user(): Promise<ServiceStatus | undefined> {
  const stack = await stackIn(namespace);
  // Written by the operator under the schema of this type.
  const status = stack?.['status'] as { services?: ServiceStatus[] } | undefined;
  return status?.services?.find(({ name }) => name === 'user');
}

/** Runs kubectl as a person, else as an administrator; what it says against it, or nothing. */
function kubectlAs(person: string | undefined, args: readonly string[], input: string): Promise<string> {
  const command = [
    '--kubeconfig',
    server.kubeconfig,
    ...(person === undefined ? [] : [`--as=${person}`]),
    ...args,
  ];
  return new Promise((resolve) => {
    const child = execFile(toolPath('kubernetes', 'kubectl'), command, (error, _out, said) =>
      resolve(error === null ? '' : said),
    );
    child.stdin?.end(input);
  });
}

/** What the API server has against an action in a false name, which is not stored. */
function tryForged(): Promise<string> {
  const stackUID = '00000000-0000-0000-0000-000000000000';
  const { metadata, ...trial } = actionIn(namespace, { stackUID, action: 'Abort', createdAt: '' });
  const object = { ...trial, metadata: { name: metadata.name, namespace } };
  return kubectlAs('joe', ['create', '--dry-run=server', '-f', '-'], JSON.stringify(object));
}

let asked = 0;

/** Stores an action as a person would apply it; resolves to what the API server has against it. */
async function apply(person: string, wish: Partial<Ask> & Pick<Ask, 'action' | 'name'>): Promise<string> {
  const stack = await stackIn(namespace);
  const { rolloutID } = (await user()) ?? {};
  const action = actionIn(namespace, {
    ...{ stackUID: stack?.metadata.uid ?? '', createdAt: '', ...(rolloutID && { rolloutID }) },
    ...wish,
  });
  const metadata = { name: action.metadata.name, namespace };
  const object = { ...action, metadata, spec: { ...Object(action['spec']), requestedBy: person } };
  return kubectlAs(person, ['create', '-f', '-'], JSON.stringify(object));
}

/** The answer to an action: `Applied`, or why not, and what the message says. */
async function answered(name: string): Promise<string> {
  const reference = {
    apiVersion: 'ecommercestack.dev/v1alpha1',
    kind: actionKind,
    metadata: { name, namespace },
  };
  const read = async () => (await server.get(reference)) as unknown as RolloutAction | undefined;
  await until(`an answer to ${name}`, async () => (await read())?.status?.result !== undefined);
  const { result, message, conditions } = (await read())?.status ?? {};
  const stalled = conditions?.find(({ type }) => type === 'Stalled');
  return `${result} ${stalled?.reason}: ${message}`;
}

async function ask(person: string, wish: Partial<Ask> & Pick<Ask, 'action'>): Promise<string> {
  asked += 1;
  const name = wish.name ?? `${wish.action.toLowerCase()}-${asked}`;
  expect(await apply(person, { ...wish, name })).toBe('');
  return answered(name);
}

/** The weights of the route behind /users, by backend. */
async function weights(): Promise<Record<string, number>> {
  const { items } = await server.client.request<{ items: KubernetesObject[] }>({
    method: 'GET',
    path: `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`,
  });
  const rules = items.flatMap(
    ({ spec: made }) =>
      (made as { rules?: { backendRefs?: { name: string; weight?: number }[] }[] }).rules ?? [],
  );
  return Object.fromEntries((rules.at(-1)?.backendRefs ?? []).map(({ name, weight = 1 }) => [name, weight]));
}

const sorted = async () => Object.values(await weights()).toSorted((one, other) => one - other);

async function untilWeights(...wanted: number[]): Promise<void> {
  await until(`weights ${wanted.join(' and ')}`, async () => String(await sorted()) === String(wanted));
  if (wanted.length === 2) await until('status to say so', async () => (await user())?.weight === wanted[0]);
}

async function setVersion(version: string): Promise<void> {
  const patch = JSON.stringify({ spec: { services: spec(version).services } });
  await server.kubectl('patch', 'ecs', 'shop', '-n', namespace, '--type=merge', '-p', patch);
}

beforeAll(async () => {
  await installCrds(server, 'gatewayAPI');
  const objects = [
    ...guardPolicies('guard'),
    ...shippedRoles.map(({ name, rules }) => ({
      ...{ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    })),
    ...[
      ['jane', 'promoter'],
      ['joe', 'aborter'],
    ].map(([name, role]) => ({
      ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name, namespace } },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: `ecommercestack-${role}` },
      subjects: [{ apiGroup: rbac, kind: 'User', name }],
    })),
  ];
  await server.namespace(namespace);
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  expect(await kubectlAs(undefined, ['apply', '-f', '-'], JSON.stringify(list))).toBe('');
  await until('policies in force', async () => (await tryForged()).includes('requestedBy'));
  // It looked once already, before there was anything that could refuse.
  await live.restart();
  await server.put({
    ...{ apiVersion: 'ecommercestack.dev/v1alpha1', kind: 'EcommerceStack' },
    ...{ metadata: { name: 'shop', namespace }, spec: { version: 'v1.0.0', ...spec('v1.0.0') } },
  });
  await until('one revision', async () => (await user())?.history?.[0]?.result === 'Promoted');
  await setVersion('v2.0.0');
  await untilWeights(10, 90);
});

describe('what people ask of a rollout, at a real API server', () => {
  test('the operator has found out that names are checked', async () => {
    expect(await condition(namespace, 'ActionsGuarded')).toBe('True Guarded');
  });

  test('Promote moves the weight, and a second one for the same step is stale', async () => {
    const step = { action: 'Promote', expectedStep: 0 } as const;
    expect(await ask('jane', { ...step, reason: 'error rate is fine' })).toBe(
      'Applied Applied: the canary is given 50 %',
    );
    await untilWeights(50, 50);
    expect(await ask('jane', step)).toMatch(/^Rejected Stale: .*at step 1 is under way; look at the status/);
  });

  test('Pause holds, Resume goes on', async () => {
    expect(await ask('jane', { action: 'Pause' })).toMatch(/^Applied/);
    expect(await ask('jane', { action: 'Promote' })).toMatch(/^Rejected Paused: .*resume it first/);
    expect(await ask('jane', { action: 'Resume' })).toMatch(/^Applied/);
    expect(await ask('jane', { action: 'SetWeight', weight: 20 })).toMatch(/^Applied/);
    await untilWeights(20, 80);
  });

  test('who may promote may not abort; who may abort does, and a promote after it is told to retry', async () => {
    expect(await apply('jane', { action: 'Abort', name: 'no-right' })).toContain('ecommercestacks/abort');
    expect(await ask('joe', { action: 'Abort', reason: 'errors' })).toMatch(
      /^Applied .*gets no traffic any more/,
    );
    await until('one backend', async () => String(Object.keys(await weights())) === 'user-service');
    await until('the abort to be over', async () => (await user())?.phase === 'Aborted');
    expect(await ask('jane', { action: 'Promote' })).toMatch(/^Rejected Aborted: .*Retry it first/);
  });

  test('Retry begins anew, PromoteFully ends it, Undo goes back', async () => {
    expect(await ask('jane', { action: 'Retry', reason: 'fixed' })).toMatch(/^Applied .*-2$/);
    await untilWeights(10, 90);
    expect(await ask('jane', { action: 'PromoteFully', reason: 'all good' })).toMatch(/^Applied/);
    await until('the promotion', async () => (await user())?.phase === 'Promoted');
    expect(await ask('joe', { action: 'Undo', reason: 'conversion fell' })).toMatch(/^Applied .*goes back/);
    await until('the pin', async () => {
      const found = await user();
      return found?.pin !== undefined && found.stableRevision === found.pin.revision;
    });
  });

  test('an action for a stack that does not exist is refused', async () => {
    const stackUID = '11111111-0000-4000-8000-000000000000';
    expect(await ask('joe', { action: 'Abort', stackUID })).toMatch(/^Rejected NoSuchStack: .*metadata.uid/);
  });

  test('after a restart the history says who, when and why, and no answer has changed', async () => {
    const answers = async () => {
      const text = await server.kubectl('get', 'roact', '-n', namespace, '-o', 'json');
      const { items } = JSON.parse(text) as { items: RolloutAction[] };
      return items.map(({ metadata, status }) => [metadata.name, metadata['resourceVersion'], status]);
    };
    const before = await answers();
    await live.restart();
    await setVersion('v3.0.0');
    await until('the new operator to work', async () => ((await user())?.rolloutID ?? '').endsWith('-4'));
    expect(await answers()).toEqual(before);
    const history = (await user())?.history ?? [];
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    expect(history).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ result: 'Promoted', by: 'jane', why: 'all good', at }),
        expect.objectContaining({ result: 'Aborted', by: 'joe', why: 'errors', at }),
      ]),
    );
  });

  test('without the policies nothing but Abort takes effect, and the condition says so', async () => {
    await server.kubectl('delete', 'validatingadmissionpolicybindings', '--all');
    await until('names to be unchecked', async () => (await tryForged()) === '');
    await live.restart();
    await until(
      'the condition',
      async () => (await condition(namespace, 'ActionsGuarded')) === 'False Unguarded',
    );
    expect(await ask('jane', { action: 'Pause' })).toMatch(
      /^Rejected Unguarded: .*install the admission policies/,
    );
    expect(await ask('jane', { action: 'Abort' })).toMatch(/^Applied/);
  });
});
