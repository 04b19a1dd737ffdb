import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianEnvironment, ensureDebian, NODE_PACKAGES, run } from '../toolchain/index.ts';
import { SYSCTLS } from './local/before.ts';
import { hierarchies } from './local/cgroups.ts';
import { GATEWAY, localDir, NODE } from './local/layout.ts';

/**
 * What of a machine a cluster could leave behind, a line for each thing.
 *
 * Processes and listening sockets are those by which ours are known: what others start meanwhile is not ours to
 * report.
 */
export interface HostInventory extends Readonly<Record<string, readonly string[]>> {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly interfaces: readonly string[];
  readonly addresses: readonly string[];
  readonly nftTables: readonly string[];
  readonly iptablesRules: readonly string[];
  readonly cgroups: readonly string[];
  readonly networkNamespaces: readonly string[];
  readonly listeningSockets: readonly string[];
  readonly sysctls: readonly string[];
  readonly files: readonly string[];
}

/** Directories outside the cache in which components of a node like to leave files. */
const WATCHED = [
  '/run',
  '/var/lib',
  '/var/log',
  '/var/run/netns',
  '/etc/cni',
  '/etc/cni/net.d',
  '/opt',
  '/opt/cni',
];

/** Looks at the machine; two looks compare by value. */
export async function hostInventory(): Promise<HostInventory> {
  const env = debianEnvironment(await ensureDebian(NODE_PACKAGES, () => undefined));
  const saved = await Promise.all(
    ['iptables-save', 'ip6tables-save'].map((command) => run(command, [], { env })),
  );
  return {
    processes: ourProcesses(),
    mounts: mountPoints(readFileSync('/proc/self/mountinfo', 'utf8')),
    interfaces: readdirSync('/sys/class/net').sort(),
    addresses: lines(await run('ip', ['-oneline', 'address'])).map((line) =>
      line.split(/\s+/).slice(1, 4).join(' '),
    ),
    nftTables: lines(await run('nft', ['list', 'tables'], { env })).sort(),
    iptablesRules: saved.flatMap((text) => lines(text).filter((line) => line.startsWith('-A'))),
    cgroups: hierarchies().flatMap((root) => folders(root)),
    networkNamespaces: networkNamespaces(),
    listeningSockets: listening(
      ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/net/${name}`, 'utf8')).join('\n'),
    ),
    sysctls: Object.keys(SYSCTLS).flatMap((name) => {
      const file = join('/proc/sys', name);
      return existsSync(file) ? [`${name}=${readFileSync(file, 'utf8').trim()}`] : [];
    }),
    files: WATCHED.flatMap((dir) =>
      existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : [],
    ).sort(),
  };
}

/** Members of the cluster's cgroup and programs told to work in its directory, by what they are, not by number. */
function ourProcesses(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const cgroup = quietly(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? '';
      const command = quietly(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
      const ours = cgroup.includes(`/${NODE.cgroup}/`) || command.includes(`${localDir()}/`);
      return ours ? [command.split('\0')[0] ?? ''] : [];
    })
    .sort();
}

/** The mount points of a mountinfo file with their file systems. */
export function mountPoints(mountinfo: string): string[] {
  return lines(mountinfo)
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      return `${left.split(' ')[4]} ${right.split(' ')[0]}`;
    })
    .sort();
}

/** The sockets of a /proc/net/tcp file that listen on our addresses or on the port of the gateway. */
export function listening(table: string): string[] {
  return lines(table)
    .flatMap((line) => {
      const [, address = '', , state] = line.trim().split(/\s+/);
      const [hex = '', port = ''] = address.split(':');
      const host =
        hex.length === 8
          ? [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.')
          : hex;
      const socket = { host, port: Number.parseInt(port, 16) };
      const ours = host === NODE.address || host === NODE.loopback || socket.port === GATEWAY.port;
      return state === '0A' && ours ? [`${host}:${socket.port}`] : [];
    })
    .sort();
}

/** Namespaces that have a name; one without a name ends with the processes in it. */
function networkNamespaces(): string[] {
  const named = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  return named.sort();
}

function folders(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name))
    .sort();
}

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // The process ended between the listing and the look.
    return undefined;
  }
}
