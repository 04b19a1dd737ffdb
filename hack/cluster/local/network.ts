import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed, run } from '../../toolchain/index.ts';
import { type FirewallState, restoreIptables } from './iptables.ts';
import { type Layout, NODE } from './layout.ts';

type Environment = Readonly<Record<string, string>>;

/** The rules that keep the node's addresses to this machine and its pods. */
export function firewall(): string {
  const { nftTable, address, bridge, podBridge } = NODE;
  return `table inet ${nftTable}
delete table inet ${nftTable}
table inet ${nftTable} {
  chain input {
    type filter hook input priority -10; policy accept;
    iifname "lo" accept
    ct state established,related accept
    ip daddr 127.0.0.0/8 drop
    ip daddr ${address} iifname != { "${bridge}", "${podBridge}" } drop
  }
}
`;
}

/** Chained CNI plugins: pods on a bridge of ours, addresses handed out from a file, hostPort by port mapping. */
export function cniConfiguration(dataDir: string): object {
  return {
    cniVersion: '1.0.0',
    name: 'ecommercestack',
    plugins: [
      {
        type: 'bridge',
        bridge: NODE.podBridge,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: NODE.podNetwork }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir,
        },
      },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
}

/** Makes the node's bridge with its address, the firewall and the CNI plugins; what exists is kept. */
export async function raiseNetwork(paths: Layout, debian: string, env: Environment): Promise<void> {
  if (!existsSync(`/sys/class/net/${NODE.bridge}`)) {
    await run('ip', ['link', 'add', NODE.bridge, 'type', 'bridge']);
  }
  await run('ip', ['address', 'replace', `${NODE.address}/32`, 'dev', NODE.bridge]);
  await run('ip', ['link', 'set', NODE.bridge, 'up']);
  await run('nft', ['-f', '-'], { env, input: firewall() });
  mkdirSync(paths.cniBin, { recursive: true });
  const plugins = join(debian, 'usr/lib/cni');
  for (const plugin of readdirSync(plugins)) {
    const link = join(paths.cniBin, plugin);
    if (!existsSync(link)) symlinkSync(join(plugins, plugin), link);
  }
}

/** Writes the configuration that pods get their network by, once: Istio's plugin chains itself into the file. */
export function writeCniConfiguration(paths: Layout): void {
  const file = join(paths.cniConf, '10-ecommercestack.conflist');
  if (existsSync(file)) return;
  mkdirSync(paths.cniConf, { recursive: true });
  writeFileSync(file, JSON.stringify(cniConfiguration(paths.cniAddresses), undefined, 2));
}

/** Removes our interfaces, kube-proxy's tables, ours, and what the CNI plugins left in iptables. */
export async function lowerNetwork(env: Environment, before: FirewallState): Promise<void> {
  for (const link of podLinks()) await run('ip', ['link', 'delete', link]).catch(ignoreMissing);
  for (const bridge of [NODE.podBridge, NODE.bridge]) {
    if (existsSync(`/sys/class/net/${bridge}`)) await run('ip', ['link', 'delete', bridge]);
  }
  for (const table of ['ip kube-proxy', 'ip6 kube-proxy', `inet ${NODE.nftTable}`]) {
    await run('nft', ['delete', 'table', ...table.split(' ')], { env }).catch(ignoreMissing);
  }
  await restoreIptables(before, env);
}

function podLinks(): string[] {
  const ports = `/sys/class/net/${NODE.podBridge}/brif`;
  return existsSync(ports) ? readdirSync(ports) : [];
}

/** The container that held the other end, or the kernel, may have taken it away a moment before. */
function ignoreMissing(error: unknown): void {
  const missing = /Cannot find device|No such file or directory/;
  if (!(error instanceof CommandFailed && missing.test(error.output))) throw error;
}
