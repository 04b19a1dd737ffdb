import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot, debianEnvironment, ensureDebian, NODE_PACKAGES, run } from '../toolchain/index.ts';
import { SYSCTLS } from './local/before.ts';
import { hierarchies } from './local/cgroups.ts';

/**
 * What of a machine a cluster could leave behind, a line for each thing.
 *
 * Processes are those of this project (programs of the cache, members of its cgroup), and listening sockets those
 * on fixed ports: what others start meanwhile is not ours to report.
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
    processes: ourProcesses(cacheRoot()),
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

/** Programs that lie below a directory, and members of the cluster's cgroup, by what they are and not by number. */
function ourProcesses(root: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const program = quietly(() => readlinkSync(`/proc/${pid}/exe`)) ?? '';
      const cgroup = quietly(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? '';
      return program.startsWith(`${root}/`) || cgroup.includes('/ecommercestack/') ? [program] : [];
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

/** Addresses and ports below the ephemeral range that a /proc/net/tcp file says are listened on. */
export function listening(table: string): string[] {
  return lines(table)
    .flatMap((line) => {
      const [, address = '', , state] = line.trim().split(/\s+/);
      const [host = '', port = ''] = address.split(':');
      return state === '0A' && Number.parseInt(port, 16) < 32768
        ? [`${host}:${Number.parseInt(port, 16)}`]
        : [];
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
