import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../../hack/cluster/controlplane.ts';
import { type Kubectl, kubectl } from '../../../hack/cluster/kubectl.ts';
import { waitFor } from '../../../hack/cluster/wait.ts';
import { CommandFailed, run, toolPath } from '../../../hack/toolchain/index.ts';
import { apiVersion, kind } from '../../src/api/ecommercestack.ts';
import { actionRights, guardPolicies } from '../../src/api/guard.ts';
import { shippedRoles } from '../../src/api/roles.ts';
import { type ActionVerb, actionKind } from '../../src/api/rolloutaction.ts';
import { invalidActions } from './examples.ts';

const root = resolve(import.meta.dirname, '../../..');
const directory = mkdtempSync(join(tmpdir(), 'ecommercestack-guard-'));
const stackUID = '5d0c3f5e-6a3b-4d2c-9a39-5f7f6a1f1c11';
const people = ['viewer', 'promoter', 'aborter', 'admin'] as const;

let plane: ControlPlane;
let cluster: Kubectl;

type Ask = { as?: string; user?: string; dryRun?: boolean; name?: string; spec?: object };

/** Creates an action as a person; resolves to `ok` or to what the API server says against it. */
async function ask(
  action: ActionVerb,
  { as = 'admin', user = as, dryRun = true, ...rest }: Ask = {},
): Promise<string> {
  const object = {
    ...{ apiVersion, kind: actionKind },
    metadata: {
      namespace: 'shop',
      ...(rest.name === undefined ? { generateName: 'a-' } : { name: rest.name }),
    },
    spec: {
      ...{ stackUID, target: { type: 'Service', name: 'user' }, action },
      ...(['Promote', 'PromoteFully', 'SetWeight', 'Retry'].includes(action) && { rolloutID: 'abc-1' }),
      ...(action === 'SetWeight' && { weight: 20 }),
      ...{ reason: 'test', requestedBy: user },
      ...rest.spec,
    },
  };
  return say(
    ['create', '-f', '-', ...(dryRun ? ['--dry-run=server'] : []), `--as=${as}`],
    JSON.stringify(object),
  );
}

async function say(args: readonly string[], input?: string): Promise<string> {
  try {
    const command = ['--kubeconfig', plane.kubeconfig, ...args];
    await run(toolPath('kubernetes', 'kubectl'), command, input === undefined ? {} : { input });
    return 'ok';
  } catch (error) {
    if (error instanceof CommandFailed) return error.output;
    throw error;
  }
}

const patchStack = (as: string, spec: object): Promise<string> =>
  say(['patch', 'ecs', 'shop', '-n', 'shop', '--type=merge', '-p', JSON.stringify({ spec }), `--as=${as}`]);

beforeAll(async () => {
  plane = await startControlPlane({ dir: directory, pods: false });
  cluster = kubectl(plane.kubeconfig);
  await cluster('apply', '--server-side', '-f', join(root, 'crds'));
  await waitFor(() => cluster('get', 'ecs,roact', '-A').catch(() => undefined), {
    what: 'the definitions to be established',
    timeoutMs: 60_000,
  });
  await cluster('create', 'namespace', 'shop');
  await cluster('create', 'namespace', 'invalid');
  const rbac = 'rbac.authorization.k8s.io/v1';
  await cluster.apply([
    ...shippedRoles.map(({ name, rules }) => ({
      apiVersion: rbac,
      kind: 'ClusterRole',
      metadata: { name },
      rules,
    })),
    {
      ...{ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'developer' } },
      rules: [
        {
          apiGroups: ['ecommercestack.dev'],
          resources: ['ecommercestacks'],
          verbs: ['get', 'update', 'patch'],
        },
      ],
    },
    ...[...people.map((person) => [person, `ecommercestack-${person}`]), ['developer', 'developer']].map(
      ([person, role]) => ({
        ...{ apiVersion: rbac, kind: 'RoleBinding', metadata: { name: person, namespace: 'shop' } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: person }],
      }),
    ),
    ...guardPolicies('guard'),
  ]);
  await waitFor(async () => ((await ask('Pause', { user: 'mallory' })) === 'ok' ? undefined : true), {
    what: 'the policies to be in force',
    timeoutMs: 60_000,
  });
});

afterAll(async () => {
  await plane.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('an action', () => {
  it('names its author, whoever that is', async () => {
    expect(await ask('Promote', { as: 'promoter' })).toBe('ok');
    const forged = await ask('Promote', { as: 'promoter', user: 'admin' });
    expect(forged).toContain('spec.requestedBy must be promoter, who asks, and is admin');
    expect(await ask('Abort', { user: 'mallory' })).toContain('requestedBy');
  });

  it('is refused field by field before it is stored', async () => {
    const text = await say(['create', '-f', join(root, 'examples/actions/invalid')]);
    const refusals = text.split(/^(?=The RolloutAction |Error from server )/m);
    for (const { file, documents, refusedAt, fragment } of invalidActions) {
      const { name } = Object(documents[0]).metadata;
      const said = refusals.find((one) => one.includes(`/${file}"`) || one.includes(`"${name}" is invalid`));
      const strict = said?.includes('strict decoding error') === true;
      expect(said, file).toContain(strict ? `"${refusedAt}"` : `${refusedAt}: `);
      expect(said, file).toContain(fragment);
    }
    expect(await cluster('get', 'roact', '-n', 'invalid', '-o', 'name')).toBe('');
  });

  it('cannot be changed once it is stored, and is defaulted', async () => {
    expect(await ask('Abort', { name: 'stored', dryRun: false })).toBe('ok');
    const stored = await cluster.get<{ spec: object }>('roact', 'stored', '-n', 'shop');
    expect(stored?.spec).toMatchObject({ expiresAfter: '5m', overrideFreeze: false });
    const change = JSON.stringify({ spec: { reason: 'another' } });
    const refused = await say(['patch', 'roact', 'stored', '-n', 'shop', '--type=merge', '-p', change]);
    expect(refused).toContain('an action is never changed');
    const answer = JSON.stringify({ status: { result: 'Applied', message: 'done' } });
    const status = ['--subresource=status', '--type=merge', '-p', answer];
    expect(await say(['patch', 'roact', 'stored', '-n', 'shop', ...status])).toBe('ok');
    const row = await cluster('get', 'roact', '-n', 'shop', '--no-headers');
    expect(row).toMatch(/^stored\s+user\s+Abort\s+Applied\s+admin\s/);
  });
});

describe('rights', () => {
  const verbs = Object.keys(actionRights) as ActionVerb[]; // keys of a record of verbs
  const allowed: Record<(typeof people)[number], readonly ActionVerb[]> = {
    viewer: [],
    promoter: ['SetWeight', 'Promote', 'PromoteFully', 'Pause', 'Resume', 'Retry'],
    aborter: ['Pause', 'Abort', 'Undo'],
    admin: verbs,
  };

  it.each(people)('%s may ask for what the role says and nothing else', async (as) => {
    const answers = await Promise.all(verbs.map(async (verb) => [verb, await ask(verb, { as })] as const));
    expect(answers.filter(([, answer]) => answer === 'ok').map(([verb]) => verb)).toEqual(allowed[as]);
    for (const [verb, answer] of answers.filter(([, said]) => said !== 'ok')) {
      // A viewer may create no action at all, which RBAC says before the policy is asked.
      const right = as === 'viewer' ? 'rolloutactions' : `ecommercestacks/${actionRights[verb]} `;
      expect(answer).toContain(right);
    }
  });

  it('end at the namespace of the binding', async () => {
    const canPromote = (namespace: string) =>
      say([
        ...['auth', 'can-i', 'create', 'ecommercestacks.ecommercestack.dev', '--subresource=promote'],
        ...['--as=promoter', '-n', namespace],
      ]);
    expect(await canPromote('shop')).toBe('ok');
    expect(await canPromote('invalid')).not.toBe('ok');
  });

  it('to act inside a freeze window and for somebody else are rights of their own', async () => {
    const frozen = { spec: { overrideFreeze: true } };
    expect(await ask('Promote', { as: 'promoter', ...frozen })).toContain('ecommercestacks/override-freeze');
    expect(await ask('Promote', { as: 'admin', ...frozen })).toBe('ok');
    const forOther = { spec: { onBehalfOf: 'jane' } };
    expect(await ask('Promote', { as: 'promoter', ...forOther })).toContain('ecommercestacks/on-behalf-of');
    expect(await ask('Promote', { as: 'admin', ...forOther })).toBe('ok');
  });
});

describe('rollout fields of a stack', () => {
  const rollout = { strategy: 'Canary', canary: { steps: [{ weight: 10, hold: { type: 'Approval' } }] } };

  beforeAll(async () => {
    await cluster.apply([
      {
        ...{ apiVersion, kind, metadata: { name: 'shop', namespace: 'shop' } },
        spec: {
          version: 'v1.0.0',
          services: [{ name: 'cart', rollout }, { name: 'user' }],
          customServices: [{ name: 'loyalty', image: { repository: 'loyalty', tag: 'v1' }, rollout }],
        },
      },
    ]);
  });

  it('stay as they are for who may change a stack but not its rollouts', async () => {
    const weight = { ...rollout, canary: { weight: 100 } };
    const custom = { name: 'loyalty', image: { repository: 'loyalty', tag: 'v1' } };
    for (const spec of [
      { paused: true },
      { services: [{ name: 'cart', rollout: weight }, { name: 'user' }] },
      { services: [{ name: 'cart' }, { name: 'user' }] },
      { services: [{ name: 'user' }] },
      {
        services: [
          { name: 'cart', rollout },
          { name: 'user', rollout },
        ],
      },
      { customServices: [custom] },
      { customServices: [{ ...custom, rollout: weight }] },
      { monolith: { rollout } },
      { release: { windows: [{ type: 'Allow', schedule: '0 9 * * *', duration: '8h' }] } },
    ]) {
      expect(await patchStack('developer', spec), JSON.stringify(spec)).toContain('ecommercestacks/rollout');
    }
  });

  it('do not keep anybody from changing the rest', async () => {
    const custom = { name: 'loyalty', image: { repository: 'loyalty', tag: 'v2' }, rollout };
    const other = { name: 'gifts', image: { repository: 'gifts', tag: 'v1' }, rollout };
    for (const spec of [
      { version: 'v1.1.0' },
      {
        services: [
          { name: 'user', replicas: 2 },
          { name: 'cart', replicas: 2, rollout },
        ],
      },
      { customServices: [custom, other] },
      { customServices: [] },
    ]) {
      expect(await patchStack('developer', spec), JSON.stringify(spec)).toBe('ok');
    }
  });

  it('are changed by who may', async () => {
    expect(await patchStack('admin', { paused: true, services: [{ name: 'user', rollout }] })).toBe('ok');
  });
});
