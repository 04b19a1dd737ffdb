import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, run, toolPath } from '../../toolchain/index.ts';
import type { Kubectl } from '../kubectl.ts';
import { istioOperator, type MeshOptions } from './operator.ts';

const NAMESPACE = 'istio-system';
const RECORD = 'ecommercestack-mesh';
const WORKLOADS = ['deployment/istiod', 'daemonset/istio-cni-node', 'deployment/istio-ingressgateway'];

/**
 * Installs the mesh and waits until it serves; does nothing when what is installed was made from the same manifest.
 *
 * A needless second apply would set the webhooks' failure policy back for as long as istiod takes to notice.
 */
export async function installMesh(api: Kubectl, options: MeshOptions, dir: string, log: Log): Promise<void> {
  const manifest = await generateManifest(options, dir);
  const hash = createHash('sha256').update(manifest).digest('hex').slice(0, 16);
  const record = await api.get<{ data?: { hash?: string } }>('-n', NAMESPACE, 'configmap', RECORD);
  if (record?.data?.hash !== hash) {
    log('installing the mesh');
    await api.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
    await api.apply(manifest);
    await waitForMesh(api, log);
    const metadata = { name: RECORD, namespace: NAMESPACE };
    await api.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { hash } }]);
  }
  await waitForMesh(api, log);
}

/** Makes the manifests of the mesh with istioctl; its input stays in the directory for whoever wants to look. */
export function generateManifest(options: MeshOptions, dir: string): Promise<string> {
  const file = join(dir, 'mesh.yaml');
  writeFileSync(file, JSON.stringify(istioOperator(options), undefined, 2));
  return run(toolPath('istio', 'istioctl'), ['manifest', 'generate', '-f', file]);
}

async function waitForMesh(api: Kubectl, log: Log): Promise<void> {
  for (const workload of WORKLOADS) {
    log(`waiting for ${workload}`);
    await api('-n', NAMESPACE, 'rollout', 'status', workload, '--timeout=300s');
  }
}
