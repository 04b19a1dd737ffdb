import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type ClusterState, currentCluster } from '../hack/cluster/index.ts';
import type { Actor } from './audit.ts';
import { Kube } from './kube/kube.ts';
import { at, type Reference } from './kube/object.ts';
import type { StackName } from './stack.ts';

/** The real thing that a proof looks at: an API server with an operator and a stack. */
export type Target = {
  readonly kube: Kube;
  readonly kubeconfig: string;
  /** Absent where the API server's log cannot be read from here. */
  readonly auditLog?: string;
  /** Where the platform answers; absent without a node. */
  readonly url?: string;
  /** Directory of kubectl, istioctl and helm. */
  readonly toolsBin: string;
  /** Whose requests are the operator's. */
  readonly operator: Actor & { readonly deployment?: Reference };
  readonly stack: StackName;
  close(): Promise<void> | void;
};

const root = join(import.meta.dirname, '..');

/** The healthy running cluster, or the one that `npm run up` starts. */
export async function clusterTarget(say: (line: string) => void): Promise<Target> {
  let state = currentCluster();
  if (state === undefined) {
    say('no cluster runs: starting one');
    await up();
    state = currentCluster();
  }
  if (state === undefined) throw new Error('npm run up ended well and yet no cluster runs');
  return toTarget(state);
}

async function toTarget(state: ClusterState): Promise<Target> {
  const { kubeconfig, auditLog, url, toolsBin, stack } = state;
  if (stack === undefined) throw new Error('the cluster has no EcommerceStack: npm run up makes one');
  const kube = new Kube(kubeconfig);
  return {
    ...{ kube, kubeconfig, auditLog, url, toolsBin, stack },
    operator: await operatorOf(kube),
    close: () => kube.close(),
  };
}

/** The operator's Deployment and the account by which its requests are known. */
async function operatorOf(kube: Kube): Promise<Target['operator']> {
  const [deployment] = await kube.list('apps/v1', 'Deployment', {
    labels: 'app.kubernetes.io/name=ecommercestack-operator,app.kubernetes.io/component=operator',
  });
  if (deployment === undefined) throw new Error('the cluster has no Deployment of the operator');
  const { name, namespace = '' } = deployment.metadata;
  const account = at(deployment, 'spec', 'template', 'spec', 'serviceAccountName');
  return {
    user: `system:serviceaccount:${namespace}:${String(account)}`,
    deployment: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name },
  };
}

function up(): Promise<void> {
  return new Promise((done, failed) => {
    // The verdict is the only thing that a proof prints to its standard output.
    const child = spawn(process.execPath, [join(root, 'hack/cluster/cli.ts'), 'up'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    child.on('error', failed);
    child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`npm run up ended with ${code}`))));
  });
}
