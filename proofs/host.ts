import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot, debianEnvironment, ensureDebian, NODE_PACKAGES } from '../hack/toolchain/index.ts';
import { runCommand } from './command.ts';
import type { Inventory } from './inventory.ts';

/** Places outside the cache into which containerd, kubelet, CNI and Istio write on other machines. */
const places = [
  '/etc/cni',
  '/opt/cni',
  '/run/containerd',
  '/run/istio-cni',
  '/run/netns',
  '/var/lib/cni',
  '/var/lib/containerd',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/log/containers',
  '/var/log/pods',
];

/** Kernel settings that a node changes. */
const settings = [
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/bridge/bridge-nf-call-iptables',
  'net/ipv4/ip_forward',
  'vm/overcommit_memory',
];

/**
 * What this machine has of the things that a node makes, read from the kernel and not from the code that makes them:
 * processes of the cache or in namespaces of their own, mounts, interfaces, routes, packet rules, cgroups, settings.
 */
export async function hostInventory(): Promise<Inventory> {
  const environment = debianEnvironment(await ensureDebian(NODE_PACKAGES, () => undefined));
  const tool = async (command: string, ...args: string[]) => {
    const { code, out, err } = await runCommand(command, args, { env: environment });
    if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${err}`);
    return lines(out);
  };
  return {
    processes: processes(),
    mounts: lines(readFileSync('/proc/self/mountinfo', 'utf8')).map(mountOf),
    interfaces: readdirSync('/sys/class/net'),
    routes: await tool('ip', 'route', 'show', 'table', 'all'),
    rules: await tool('ip', 'rule'),
    packetRules: await tool('nft', '--stateless', 'list', 'ruleset'),
    cgroups: cgroups(),
    settings: settings.flatMap((name) => settingOf(name)),
    places: places.filter((path) => existsSync(path)),
    state: existsSync(join(cacheRoot(), 'run')) ? readdirSync(join(cacheRoot(), 'run')) : [],
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** Mount point, type and source; the numbers of a mount are another's as soon as it is gone. */
function mountOf(line: string): string {
  const [before = '', after = ''] = line.split(' - ');
  const [type = '', source = ''] = after.split(' ');
  return `${before.split(' ')[4]} ${type} ${source}`;
}

function settingOf(name: string): string[] {
  const file = join('/proc/sys', name);
  return existsSync(file) ? [`${name} = ${readFileSync(file, 'utf8').trim()}`] : [];
}

/** Executables of processes that run from the cache or see other mounts or networks than this process. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const executable = readlinkSync(`/proc/${pid}/exe`);
        const apart = ['mnt', 'net'].some(
          (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) !== readlinkSync(`/proc/self/ns/${kind}`),
        );
        return apart || executable.startsWith(cacheRoot()) ? [executable] : [];
      } catch {
        // Kernel threads have no executable, and a process may end while it is looked at.
        return [];
      }
    });
}

function cgroups(): string[] {
  const root = '/sys/fs/cgroup';
  const below = (directory: string, depth: number): string[] => {
    if (depth === 0 || !existsSync(directory)) return [];
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => {
        const path = join(directory, entry.name);
        return [path, ...below(path, depth - 1)];
      });
  };
  return below(root, 4);
}
