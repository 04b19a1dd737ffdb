import { type OperatorProcess, type Plane, startOperator, startPlane } from '../controlplane.ts';
import { Kube } from '../kube/kube.ts';
import { at, type KubeObject } from '../kube/object.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { smallSpec, stackObject } from '../small-stack.ts';
import { stackReference, untilReady } from '../stack.ts';
import { scene } from './attacks/attack.ts';
import { canaryObjects, foreignNamespaces, platformObjects } from './canaries.ts';
import { accountKubeconfig, type Installation, install, makeNamespace } from './installation.ts';

/** Where the attacks take place: an operator with its real rights, a victim at rest and a tenant. */
export type Arena = {
  readonly plane: Plane;
  readonly installation: Installation;
  /** The tenant's client: it may do in its own namespace what the role `edit` allows, and write stacks. */
  readonly tenant: Kube;
  readonly victimUid: string;
  readonly ownUid: string;
  stop(): Promise<void>;
};

const operatorNamespace = 'ecommercestack-system';

/** Builds the scene. The tenant's stack is the older one, so that age alone gives it what it asks for. */
export async function openArena(say: (line: string) => void, mutant?: Mutant): Promise<Arena> {
  const plane = await startPlane(say);
  let operator: OperatorProcess | undefined;
  const stop = async () => {
    await operator?.stop();
    await plane.stop();
  };
  try {
    const { kube } = plane;
    const installation = await install(plane, { namespace: operatorNamespace, watch: [] });
    for (const name of [scene.tenant, ...foreignNamespaces]) await makeNamespace(plane, name);
    for (const object of [...canaryObjects(), ...platformObjects()]) await kube.apply(object);
    const tenant = new Kube(await tenantKubeconfig(plane));
    operator = await startOperator({
      ...{ kubeconfig: installation.kubeconfig, directory: plane.directory, name: 'arena' },
      ...(mutant && { patches: [mutant] }),
    });
    say('a tenant and a victim come up');
    const own = await tenant.apply(stackObject(scene.tenant, scene.stack, smallSpec));
    await untilReady(kube, { namespace: scene.tenant, name: scene.stack }, 120_000);
    const hosts = [scene.victimHost, `*.${scene.victimWildcard}`];
    const victim = await kube.apply(
      stackObject(scene.victim, scene.stack, { ...smallSpec, exposure: { hosts } }),
    );
    await untilReady(kube, { namespace: scene.victim, name: scene.stack }, 120_000);
    return {
      ...{ plane, installation, tenant, stop },
      victimUid: victim.metadata.uid ?? '',
      ownUid: own.metadata.uid ?? '',
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A ServiceAccount in the tenant's namespace with `edit` there and every verb on stacks, and nothing anywhere else. */
async function tenantKubeconfig(plane: Plane): Promise<string> {
  const { kube } = plane;
  const metadata = { name: 'mallory', namespace: scene.tenant };
  const rbac = 'rbac.authorization.k8s.io';
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
  const subjects = [{ kind: 'ServiceAccount', ...metadata }];
  const binding = (name: string, kind: string, role: string): KubeObject => ({
    ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { ...metadata, name } },
    ...{ roleRef: { apiGroup: rbac, kind, name: role }, subjects },
  });
  await kube.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await kube.apply({
    ...{ apiVersion: `${rbac}/v1`, kind: 'Role', metadata },
    rules: [{ apiGroups: ['ecommercestack.dev'], resources: ['ecommercestacks'], verbs }],
  });
  await kube.apply(binding('mallory', 'Role', 'mallory'));
  await kube.apply(binding('mallory-edit', 'ClusterRole', 'edit'));
  return accountKubeconfig(plane, metadata);
}

/** Namespace to which the edge of a stack may export routes. */
export function edgeOf(stack: KubeObject | undefined): string {
  const principal = at(stack, 'spec', 'exposure', 'istioGateway', 'principal');
  return typeof principal === 'string' ? (principal.split('/')[2] ?? '') : 'istio-system';
}

/** The tenant's stack, or a second one of its own. */
export function ownReference(name: string): ReturnType<typeof stackReference> {
  return stackReference({ namespace: scene.tenant, name });
}
