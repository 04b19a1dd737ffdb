import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guardPolicies } from '../../../operator/src/api/guard.ts';
import { shippedRoles } from '../../../operator/src/api/roles.ts';
import { readConfig } from '../../../operator/src/config.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/controlplane.ts';
import { ensureTools, toolPath } from '../../toolchain/index.ts';

const chart = join(import.meta.dirname, '../../../charts/ecommercestack-operator');
const account = 'system:serviceaccount:ops:op-ecommercestack-operator';

type Rendered = { kind: string; metadata: { name: string; namespace?: string }; [member: string]: unknown };

let directory: string;
let plane: ControlPlane | undefined;

function run(command: string, args: readonly string[], input?: string) {
  const env = { ...process.env, KUBECONFIG: plane?.kubeconfig ?? '' };
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', input, env });
  return { status, out: stdout, err: stderr };
}
const helm = (...args: string[]) => run(toolPath('helm', 'helm'), args);
const kubectl = (...args: string[]) => run(toolPath('kubernetes', 'kubectl'), args);

function template(...args: string[]): Rendered[] {
  const { status, out, err } = helm('template', 'op', chart, '-n', 'ops', ...args);
  expect(err).toBe('');
  expect(status).toBe(0);
  // Rendered from this repository's own chart; each test looks at what it names.
  return loadAll(out).filter((object) => object !== null) as Rendered[];
}

/** Objects of one Kind; ClusterRoles for people, whose names are fixed, left out. */
const named = (objects: Rendered[], kind: string) =>
  objects.filter((object) => object.kind === kind && !object.metadata.name.startsWith('ecommercestack-'));

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'chart-'));
  await ensureTools(['helm'], () => undefined);
  plane = await startControlPlane({ dir: directory });
}, 900_000);

afterAll(async () => {
  await plane?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('helm template', () => {
  test('lint finds no error and no warning', () => {
    const { status, out } = helm('lint', '--strict', chart);
    expect(out).not.toMatch(/\[(WARNING|ERROR)\]/);
    expect(status).toBe(0);
  });

  test('without namespaces: one ClusterRole that reads no Secret, and Roles for its own key and the lease', () => {
    const objects = template();
    const [role, ...others] = named(objects, 'ClusterRole');
    expect(others).toEqual([]);
    expect(JSON.stringify(role)).not.toContain('*');
    expect(role?.['rules']).toContainEqual({ apiGroups: [''], resources: ['secrets'], verbs: ['create'] });
    expect(named(objects, 'Role').map(({ metadata }) => metadata.name)).toEqual([
      'op-ecommercestack-operator-key',
      'op-ecommercestack-operator-leader',
      'op-ecommercestack-operator-test',
    ]);
  });

  test('with namespaces: a Role in each, nothing cluster-wide, and the operator is told', () => {
    const objects = template('--set', 'watch.namespaces={shop,staging}');
    expect([...named(objects, 'ClusterRole'), ...named(objects, 'ClusterRoleBinding')]).toEqual([]);
    const roles = named(objects, 'Role').filter(({ metadata }) => metadata.namespace !== 'ops');
    expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'staging']);
    expect(JSON.stringify(named(objects, 'Deployment'))).toContain('--namespaces=shop,staging');
  });

  test.each([[], ['shop'], ['staging', 'shop']])(
    'the lease of %j is the one that may be held',
    (...names) => {
      const set = names.length === 0 ? [] : ['--set', `watch.namespaces={${names.join(',')}}`];
      const lease = readConfig(['--namespaces', names.join(',')], {})?.leaseName;
      const leader = named(template(...set), 'Role').find(({ metadata }) =>
        metadata.name.endsWith('-leader'),
      );
      expect(leader?.['rules']).toContainEqual({
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: [lease],
        verbs: ['get', 'update'],
      });
    },
  );

  test('CRDs can be left out, kept or not', () => {
    expect(named(template('--set', 'crds.enabled=false'), 'CustomResourceDefinition')).toEqual([]);
    const kept = JSON.stringify(named(template(), 'CustomResourceDefinition'));
    expect(kept).toContain('"helm.sh/resource-policy":"keep"');
    const loose = JSON.stringify(named(template('--set', 'crds.keep=false'), 'CustomResourceDefinition'));
    expect(loose).not.toContain('resource-policy');
  });

  test('a ServiceMonitor is made only where the API server knows the Kind', () => {
    const asked = ['--set', 'metrics.serviceMonitor.enabled=true'];
    const labels = ['--set', 'metrics.serviceMonitor.additionalLabels.release=prometheus'];
    expect(named(template(...asked), 'ServiceMonitor')).toEqual([]);
    const known = template(...asked, ...labels, '--api-versions', 'monitoring.coreos.com/v1/ServiceMonitor');
    expect(named(known, 'ServiceMonitor')[0]?.metadata).toMatchObject({ labels: { release: 'prometheus' } });
  });

  test('roles for people and admission policies can be left to others', () => {
    const policy = 'ValidatingAdmissionPolicy';
    const roles = (objects: Rendered[]) =>
      objects.filter(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.startsWith('ecommerce'));
    const all = template();
    expect(roles(all).map(({ metadata }) => metadata.name)).toEqual(shippedRoles.map(({ name }) => name));
    expect(named(all, policy).map(({ metadata }) => metadata.name)).toEqual([
      'op-ecommercestack-operator-actions',
      'op-ecommercestack-operator-rollouts',
    ]);
    const none = template('--set', 'access.roles=false,access.policies=false');
    expect([...roles(none), ...named(none, policy), ...named(none, `${policy}Binding`)]).toEqual([]);
  });

  test.each([[[]], [['shop', 'staging']]])(
    'policies in force in %j are those of the operator itself',
    (watch) => {
      const set = watch.length === 0 ? [] : ['--set', `watch.namespaces={${watch.join(',')}}`];
      const objects = template(...set).filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'));
      const made = guardPolicies('op-ecommercestack-operator', watch);
      const key = ({ kind, metadata }: { kind: string; metadata: { name: string } }) =>
        `${kind}/${metadata.name}`;
      expect(Object.fromEntries(objects.map((object) => [key(object), object['spec']]))).toEqual(
        Object.fromEntries(made.map((object) => [key(object), object.spec])),
      );
    },
  );

  test('digest wins over tag, tag over the version of the chart', () => {
    const image = (...args: string[]) => JSON.stringify(named(template(...args), 'Deployment'));
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(image('--set', 'image.tag=v9')).toContain('ecommercestack-operator:v9"');
    expect(image('--set', `image.tag=v9,image.digest=${digest}`)).toContain(
      `ecommercestack-operator@${digest}"`,
    );
  });

  test.each([
    ['crds.kep=true', /kep/],
    ['watch.namespace=shop', /namespace/],
    ['replicas=two', /replicas/],
    ['image.pullPolicy=Sometimes', /pullPolicy/],
    ['watch.namespaces={Not_A_Name}', /namespaces/],
    ['resources.request.cpu=1', /request/],
    ['unknown=1', /unknown/],
  ])('the value %s is refused by name', (value, message) => {
    const { status, err } = helm('template', 'op', chart, '--set', value);
    expect(status).not.toBe(0);
    expect(err).toMatch(message);
  });

  test('an account that is not made here has to be named', () => {
    const { status, err } = helm('template', 'op', chart, '--set', 'serviceAccount.create=false');
    expect(status).not.toBe(0);
    expect(err).toContain('serviceAccount.name');
  });
});

describe('on an API server', () => {
  const canI = (verb: string, resource: string, ...args: string[]) =>
    kubectl('auth', 'can-i', verb, resource, `--as=${account}`, ...args).out.trim();

  test('installs where Pod Security is restricted, upgrades, and keeps its CRDs on uninstall', () => {
    kubectl('create', 'namespace', 'ops');
    kubectl('label', 'namespace', 'ops', 'pod-security.kubernetes.io/enforce=restricted');
    const install = helm('install', 'op', chart, '-n', 'ops', '--wait', '--timeout', '90s');
    expect(install.err).toBe('');
    expect(install.out).toContain('helm test op -n ops');
    expect(canI('create', 'deployments.apps', '-n', 'shop')).toBe('yes');
    expect(canI('create', 'secrets', '-n', 'shop')).toBe('yes');
    for (const verb of ['get', 'list', 'watch', 'patch', 'update', 'delete']) {
      expect(canI(verb, 'secrets', '-n', 'shop'), verb).toBe('no');
    }
    expect(canI('get', 'secrets/ecommercestack-operator-key', '-n', 'ops')).toBe('yes');
    expect(canI('get', 'secrets/other', '-n', 'ops')).toBe('no');
    expect(canI('list', 'secrets', '-n', 'ops')).toBe('no');
    expect(canI('create', 'roles.rbac.authorization.k8s.io', '-n', 'shop')).toBe('no');
    expect(canI('create', 'pods', '-n', 'shop')).toBe('no');
    expect(canI('get', 'leases.coordination.k8s.io/ecommercestack-operator', '-n', 'ops')).toBe('yes');
    expect(canI('get', 'leases.coordination.k8s.io/other', '-n', 'ops')).toBe('no');

    kubectl('create', 'namespace', 'shop');
    const narrowed = helm('upgrade', 'op', chart, '-n', 'ops', '--set', 'watch.namespaces={shop}', '--wait');
    expect(narrowed.err).toBe('');
    expect(canI('create', 'deployments.apps', '-n', 'shop')).toBe('yes');
    expect(canI('list', 'secrets', '-n', 'shop')).toBe('yes');
    expect(canI('create', 'deployments.apps', '-n', 'default')).toBe('no');
    expect(canI('list', 'ecommercestacks.ecommercestack.dev', '-A')).toBe('no');

    expect(helm('uninstall', 'op', '-n', 'ops', '--wait').status).toBe(0);
    expect(kubectl('get', 'crd', 'ecommercestacks.ecommercestack.dev', '-o', 'name').status).toBe(0);
    expect(canI('create', 'deployments.apps', '-n', 'shop')).toBe('no');
  });
});
