import { existsSync } from 'node:fs';
import { ensureCommands, ensureTools, type Log } from '../../toolchain/index.ts';
import { kubectl } from '../kubectl.ts';
import { uninstallOperator } from '../operator.ts';
import type { ClusterAccess, Provider } from '../provider.ts';
import { currentCluster, forgetCluster } from '../state.ts';
import { cannotBuild } from './requirements.ts';

/** Somebody's cluster: gets the operator and the stack, never a mesh or images. */
export const existing: Provider = {
  name: 'existing',
  async unavailable() {
    const file = process.env['KUBECONFIG'];
    if (!file) return 'KUBECONFIG is not set';
    if (!existsSync(file)) return `KUBECONFIG names ${file}, which does not exist`;
    return cannotBuild();
  },
  async up(_images, log): Promise<ClusterAccess> {
    // unavailable() made sure that it is set.
    const kubeconfig = process.env['KUBECONFIG'] ?? '';
    await tools(log);
    await kubectl(kubeconfig)('get', '--raw', '/readyz');
    return { kubeconfig, auditLog: '', url: '', notes: await notes(kubeconfig) };
  },
  async loadImages() {
    throw new Error('an existing cluster pulls its images: push them to the registry that the stack names');
  },
  async down(log) {
    const state = currentCluster();
    if (!state) return;
    await tools(log);
    const api = kubectl(state.kubeconfig);
    if (state.stack) {
      const { name, namespace } = state.stack;
      log(`deleting the stack ${namespace}/${name}`);
      await api('-n', namespace, 'delete', 'ecommercestack', name, '--ignore-not-found', '--timeout=120s');
    }
    await uninstallOperator(state.kubeconfig, log);
    forgetCluster();
  },
};

async function tools(log: Log): Promise<void> {
  await ensureCommands('kubernetes', ['kubectl'], log);
  await ensureTools(['helm'], log);
  await ensureCommands('istio', ['istioctl'], log);
}

async function notes(kubeconfig: string): Promise<string[]> {
  const istio = await kubectl(kubeconfig).get('crd', 'virtualservices.networking.istio.io');
  return [
    'images are pulled from the registry that the stack names',
    ...(istio ? [] : ['this cluster has no Istio: the stack says so in its condition MeshConfigured']),
  ];
}
