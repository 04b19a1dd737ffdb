import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../../toolchain/index.ts';
import { ensureLeaf, keyPair } from '../certificates.ts';
import { writeKubeconfig } from '../kubeconfig.ts';
import { mastersFiles, serverUrl } from '../masters.ts';
import type { ProcessSpec } from '../process.ts';
import { type Layout, localMasters, NODE, PORTS } from './layout.ts';

/** kube-proxy's configuration: nftables, and none of the machine's connection tracking limits touched. */
export function proxyConfiguration(kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig },
    hostnameOverride: NODE.name,
    clusterCIDR: NODE.podNetwork,
    healthzBindAddress: `${NODE.loopback}:${PORTS.proxyHealth}`,
    metricsBindAddress: `${NODE.loopback}:${PORTS.proxyMetrics}`,
    bindAddress: NODE.address,
    nodePortAddresses: [`${NODE.address}/32`],
    oomScoreAdj: 0,
    conntrack: {
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: '0s',
      tcpCloseWaitTimeout: '0s',
    },
  };
}

/** Makes kube-proxy's identity and configuration. */
export async function prepareProxy(paths: Layout): Promise<void> {
  const { certificates } = mastersFiles(paths.dir);
  const authority = keyPair(certificates, 'ca');
  const pair = await ensureLeaf(certificates, authority, { name: 'proxy', subject: '/CN=system:kube-proxy' });
  const kubeconfig = join(certificates, 'proxy.kubeconfig');
  writeKubeconfig(kubeconfig, serverUrl(localMasters(paths.dir)), authority, pair);
  writeFileSync(join(paths.dir, 'proxy.json'), JSON.stringify(proxyConfiguration(kubeconfig), undefined, 2));
}

/** kube-proxy. */
export function proxy(paths: Layout, env: Readonly<Record<string, string>>): ProcessSpec {
  return {
    name: 'kube-proxy',
    command: toolPath('kubernetes', 'kube-proxy'),
    args: [`--config=${join(paths.dir, 'proxy.json')}`],
    env,
  };
}
