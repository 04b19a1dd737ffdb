import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { toolAsset, toolPath, toolVersion } from '../../toolchain/index.ts';
import type { RootfsRecipe } from '../recipe.ts';
import {
  busybox,
  caBundle,
  copyInto,
  finishRootfs,
  fromDebian,
  programInto,
  type Rootfs,
  startRootfs,
} from '../rootfs.ts';
import { imageNames } from '../table.ts';

const version = toolVersion('istio');
const proxyUser = { name: 'istio-proxy', uid: 1337, home: '/home/istio-proxy' };
const user = `${proxyUser.uid}:${proxyUser.uid}`;

/** nft, and iptables on top of it, as the agent and the CNI plugin call them to redirect a pod's traffic. */
async function packetFilter(rootfs: Rootfs): Promise<void> {
  await fromDebian(rootfs, [
    'usr/sbin/nft',
    'usr/sbin/xtables-nft-multi',
    'usr/lib/x86_64-linux-gnu/xtables',
  ]);
  for (const family of ['iptables', 'ip6tables']) {
    for (const name of [family, `${family}-save`, `${family}-restore`]) {
      await symlink('xtables-nft-multi', join(rootfs.folder, 'usr/sbin', name));
      await symlink(
        'xtables-nft-multi',
        join(rootfs.folder, 'usr/sbin', name.replace('tables', 'tables-nft')),
      );
    }
  }
}

/** The sidecar and gateway: Istio's agent and stock Envoy (not Istio's build of it). */
export const proxyv2: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.proxyv2,
  module: 'istio',
  tools: ['istio', 'envoy'],
  inputs: [version],
  config: { user, workingDir: '/', entrypoint: ['/usr/local/bin/pilot-agent'] },
  layers: [
    {
      name: 'proxyv2',
      async fill(rootfs) {
        await startRootfs(rootfs, proxyUser);
        await programInto(rootfs, toolPath('istio', 'pilot-agent'), '/usr/local/bin/pilot-agent');
        await programInto(rootfs, toolPath('envoy', 'envoy'), '/usr/local/bin/envoy');
        const bootstrap = toolAsset('istio', 'tools/packaging/common/envoy_bootstrap.json');
        await copyInto(rootfs, bootstrap, '/var/lib/istio/envoy/envoy_bootstrap_tmpl.json');
        await packetFilter(rootfs);
        await caBundle(rootfs);
        await finishRootfs(rootfs);
      },
    },
  ],
};

/** The mesh's control plane. */
export const pilot: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.pilot,
  module: 'istio',
  tools: ['istio'],
  inputs: [version],
  config: { user, workingDir: '/', entrypoint: ['/usr/local/bin/pilot-discovery'] },
  layers: [
    {
      name: 'pilot',
      async fill(rootfs) {
        await startRootfs(rootfs, proxyUser);
        await programInto(rootfs, toolPath('istio', 'pilot-discovery'), '/usr/local/bin/pilot-discovery');
        await caBundle(rootfs);
        await finishRootfs(rootfs);
      },
    },
  ],
};

/** Puts the CNI plugin onto the node, so that injected pods need no privileged init container. */
export const installCni: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.installCni,
  module: 'istio',
  tools: ['istio'],
  inputs: [version],
  config: { workingDir: '/opt/cni/bin', cmd: ['/usr/local/bin/install-cni'] },
  layers: [
    {
      name: 'install-cni',
      async fill(rootfs) {
        await startRootfs(rootfs, { name: 'root', uid: 0 });
        await programInto(rootfs, toolPath('istio', 'install-cni'), '/usr/local/bin/install-cni');
        await programInto(rootfs, toolPath('istio', 'istio-cni'), '/opt/cni/bin/istio-cni');
        await packetFilter(rootfs);
        await busybox(rootfs);
        await caBundle(rootfs);
        await finishRootfs(rootfs);
      },
    },
  ],
};
