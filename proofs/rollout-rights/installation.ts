import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { ensureTools, run, toolPath } from '../../hack/toolchain/index.ts';
import type { Plane } from '../controlplane.ts';
import { Kube } from '../kube/kube.ts';
import type { KubeObject } from '../kube/object.ts';
import { type Mutant, plant } from '../mutants/mutant.ts';
import { accountKubeconfig, makeNamespace } from '../tenant/installation.ts';
import type { Person } from './people.ts';

const chart = 'charts/ecommercestack-operator';
const root = join(import.meta.dirname, '../..');
const group = 'ecommercestack.dev';
const rbac = 'rbac.authorization.k8s.io';
const guards = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];

/** Applies the roles for people and the policies as the chart makes them, or with a bug in its templates. */
export async function installRights({ kube, directory }: Plane, mutant: Mutant | undefined): Promise<void> {
  await ensureTools(['helm'], () => undefined);
  const copy = join(directory, 'chart');
  cpSync(join(root, chart), copy, { recursive: true });
  if (mutant !== undefined) {
    const file = join(copy, mutant.module.slice(chart.length));
    writeFileSync(file, plant(mutant, readFileSync(file, 'utf8')));
  }
  const rendered = loadAll(
    await run(toolPath('helm', 'helm'), ['template', 'op', copy, '--namespace', 'ops']),
  ) as (KubeObject | null)[]; // what the chart renders are objects
  for (const object of rendered) {
    if (object === null) continue;
    const isRole = object.kind === 'ClusterRole' && object.metadata.name.startsWith('ecommercestack-');
    if (isRole || guards.includes(object.kind)) await kube.apply(object);
  }
}

/** Gives everybody an account with exactly their roles, and returns what each of them speaks through. */
export async function hire(plane: Plane, people: readonly Person[]): Promise<Map<string, Kube>> {
  for (const name of ['shop', 'other']) await makeNamespace(plane, name);
  const clients = new Map<string, Kube>();
  for (const person of people) {
    for (const object of accountObjects(person)) await plane.kube.apply(object);
    const file = await accountKubeconfig(plane, { namespace: 'shop', name: person.name });
    clients.set(person.name, new Kube(file));
  }
  return clients;
}

function accountObjects({ name, roles, own, mayAsk, mayChangeStacks }: Person): KubeObject[] {
  const metadata = { name, namespace: 'shop' };
  const subjects = [{ kind: 'ServiceAccount', name, namespace: 'shop' }];
  const rule = (resources: readonly string[], verbs: readonly string[]) => ({
    apiGroups: [group],
    resources,
    verbs,
  });
  const rules = [
    ...(own.length > 0 && mayAsk ? [rule(['rolloutactions'], ['create'])] : []),
    ...own.map((right) => rule([`ecommercestacks/${right}`], [right === 'rollout' ? 'update' : 'create'])),
    ...(mayChangeStacks && !roles.includes('admin')
      ? [rule(['ecommercestacks'], ['get', 'update', 'patch'])]
      : []),
  ];
  const bind = (kind: string, role: string, as: string): KubeObject => ({
    ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name: as, namespace: 'shop' } },
    ...{ roleRef: { apiGroup: rbac, kind, name: role }, subjects },
  });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    bind('Role', name, name),
    ...roles.map((role) => bind('ClusterRole', `ecommercestack-${role}`, `${name}-${role}`)),
  ];
}
