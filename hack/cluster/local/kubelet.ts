import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../../toolchain/index.ts';
import { ensureLeaf, keyPair } from '../certificates.ts';
import { writeKubeconfig } from '../kubeconfig.ts';
import { mastersFiles, serverUrl } from '../masters.ts';
import type { ProcessSpec } from '../process.ts';
import { DNS, type Layout, localMasters, NODE, PORTS } from './layout.ts';

/** The kubelet's configuration. */
export function kubeletConfiguration(paths: Layout): object {
  const { certificates } = mastersFiles(paths.dir);
  const serving = keyPair(certificates, 'kubelet');
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE.address,
    healthzBindAddress: NODE.loopback,
    healthzPort: PORTS.kubeletHealth,
    tlsCertFile: serving.cert,
    tlsPrivateKeyFile: serving.key,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(certificates, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
    clusterDNS: [DNS.address],
    clusterDomain: DNS.domain,
    podLogsDir: paths.podLogs,
    volumePluginDir: join(paths.dir, 'volume-plugins'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${NODE.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    // Lowering it takes CAP_SYS_RESOURCE, which a virtual machine or container may lack.
    oomScoreAdj: 0,
    maxPods: 250,
    serializeImagePulls: false,
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
  };
}

/** Makes the kubelet's identity and configuration. */
export async function prepareKubelet(paths: Layout): Promise<void> {
  const masters = localMasters(paths.dir);
  const { certificates } = mastersFiles(paths.dir);
  const authority = keyPair(certificates, 'ca');
  const subject = `/O=system:nodes/CN=system:node:${NODE.name}`;
  const names = [`IP:${NODE.address}`, `DNS:${NODE.name}`];
  const pair = await ensureLeaf(certificates, authority, { name: 'kubelet', subject, names });
  writeKubeconfig(join(certificates, 'kubelet.kubeconfig'), serverUrl(masters), authority, pair);
  mkdirSync(paths.kubelet, { recursive: true });
  writeFileSync(join(paths.dir, 'kubelet.json'), JSON.stringify(kubeletConfiguration(paths), undefined, 2));
}

/** The kubelet, in the mount namespace of containerd. */
export function kubelet(
  paths: Layout,
  containerdPid: number,
  env: Readonly<Record<string, string>>,
): ProcessSpec {
  const { certificates } = mastersFiles(paths.dir);
  const command = [
    toolPath('kubernetes', 'kubelet'),
    `--config=${join(paths.dir, 'kubelet.json')}`,
    `--kubeconfig=${join(certificates, 'kubelet.kubeconfig')}`,
    `--root-dir=${paths.kubelet}`,
    `--hostname-override=${NODE.name}`,
    `--node-ip=${NODE.address}`,
  ];
  return {
    name: 'kubelet',
    command: 'nsenter',
    args: ['--target', String(containerdPid), '--mount', '--', ...command],
    env,
  };
}
