import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { ensureTools, run, toolPath } from '../../hack/toolchain/index.ts';
import type { Plane } from '../controlplane.ts';
import type { KubeObject } from '../kube/object.ts';
import type { GrantingRole } from './rights.ts';

const chart = join(import.meta.dirname, '../../charts/ecommercestack-operator');

/** The operator's account as the chart makes it, with its rights and nothing else. */
export type Installation = {
  readonly namespace: string;
  /** Namespaces that it may act in; empty means all. */
  readonly watch: readonly string[];
  /** Name by which the audit log knows it. */
  readonly user: string;
  /** Holds a token of the account: what runs with it has exactly the account's rights. */
  readonly kubeconfig: string;
  readonly roles: readonly GrantingRole[];
};

const rightsKinds = ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** Renders the chart and applies what gives the operator its account and its rights. */
export async function install(
  { kube, kubeconfig, directory }: Plane,
  { namespace, watch }: Pick<Installation, 'namespace' | 'watch'>,
): Promise<Installation> {
  await ensureTools(['helm'], () => undefined);
  // Roles for people are not the operator's.
  const args = ['template', namespace, chart, '--namespace', namespace, '--set', 'access.roles=false'];
  const limits = watch.length === 0 ? [] : ['--set', `watch.namespaces={${watch.join(',')}}`];
  // Rendered from this repository's own chart.
  const rendered = loadAll(
    await run(toolPath('helm', 'helm'), [...args, ...limits]),
  ) as (KubeObject | null)[];
  const rights = rendered.filter(
    (object): object is KubeObject => object !== null && rightsKinds.includes(object.kind) && !isHook(object),
  );
  for (const name of [namespace, ...watch]) await makeNamespace({ kube }, name);
  for (const object of rights) await kube.apply(object);
  const account = rights.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name ?? '';
  return {
    namespace,
    watch,
    user: `system:serviceaccount:${namespace}:${account}`,
    kubeconfig: await accountKubeconfig({ kubeconfig, directory }, { namespace, name: account }),
    roles: rights.flatMap((object): GrantingRole[] =>
      object.kind === 'Role' || object.kind === 'ClusterRole'
        ? [{ namespace: object.metadata.namespace, rules: (object['rules'] ?? []) as GrantingRole['rules'] }]
        : [],
    ),
  };
}

function isHook({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['helm.sh/hook'] !== undefined;
}

/** A namespace in which Pod Security *restricted* is enforced. */
export async function makeNamespace({ kube }: Pick<Plane, 'kube'>, name: string): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}

/** A kubeconfig with a fresh token of a ServiceAccount, asked for by TokenRequest. */
export async function accountKubeconfig(
  { kubeconfig, directory }: Pick<Plane, 'kubeconfig' | 'directory'>,
  { namespace, name }: { namespace: string; name: string },
): Promise<string> {
  const args = ['--kubeconfig', kubeconfig, '--namespace', namespace, 'create', 'token', name];
  const token = (await run(toolPath('kubernetes', 'kubectl'), [...args, '--duration=4h'])).trim();
  // Written by the control plane's own code, as JSON.
  const { clusters } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: readonly { name: string }[];
  };
  const cluster = clusters[0]?.name ?? '';
  const file = join(directory, `${namespace}-${name}.kubeconfig`);
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', clusters, 'current-context': name },
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster, user: name, namespace } }],
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
