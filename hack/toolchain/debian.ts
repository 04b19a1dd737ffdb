import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from './cache.ts';
import { CommandFailed, run } from './command.ts';
import { withLock } from './lock.ts';
import { type Log, withHeartbeat } from './progress.ts';

/** What a node runs beside the Go tools. */
export const NODE_PACKAGES = [
  'runc',
  'containernetworking-plugins',
  'conntrack',
  'iptables',
  'nftables',
  'ethtool',
  'socat',
] as const;

/** The directory that a set of Debian packages is extracted to; its name follows from the set and the release. */
export function debianDir(packages: readonly string[]): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const id = createHash('sha256')
    .update(JSON.stringify([[...packages].sort(), release]))
    .digest('hex')
    .slice(0, 12);
  return join(cacheRoot(), `debian-${id}`);
}

/** The environment in which commands of an extracted package set find each other, their libraries and plugins. */
export function debianEnvironment(
  root: string,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const below = (...paths: string[]): string[] => paths.map((path) => join(root, path));
  return {
    PATH: [...below('usr/sbin', 'usr/bin', 'sbin', 'bin'), env['PATH'] ?? '/usr/sbin:/usr/bin'].join(':'),
    LD_LIBRARY_PATH: below(`usr/lib/${triplet}`, `lib/${triplet}`).join(':'),
    XTABLES_LIBDIR: join(root, `usr/lib/${triplet}/xtables`),
  };
}

/**
 * Extracts Debian packages and whatever of their dependencies this machine lacks into the cache, without
 * installing them (so no daemon starts by itself), and resolves to the directory.
 */
export async function ensureDebian(packages: readonly string[], log: Log): Promise<string> {
  const root = debianDir(packages);
  if (existsSync(root)) return root;
  await withLock(root, async () => {
    if (existsSync(root)) return;
    await withHeartbeat(log, `Debian packages ${packages.join(' ')}`, () => extract(packages, root, log));
  });
  return root;
}

async function extract(packages: readonly string[], root: string, log: Log): Promise<void> {
  mkdirSync(cacheRoot(), { recursive: true });
  const part = mkdtempSync(`${root}.part-`);
  try {
    const wanted = await closure(packages, log);
    const archives = join(part, 'archives');
    mkdirSync(archives);
    await download(wanted, archives, log);
    const tree = join(part, 'root');
    mkdirSync(tree);
    for (const archive of readdirSync(archives)) await run('dpkg', ['-x', join(archives, archive), tree]);
    linkAlternatives(tree);
    renameSync(tree, root);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** `iptables` is a link that the package makes when it is installed; extraction alone leaves it out. */
function linkAlternatives(tree: string): void {
  const sbin = join(tree, 'usr/sbin');
  if (!existsSync(join(sbin, 'xtables-nft-multi'))) return;
  for (const family of ['iptables', 'ip6tables']) {
    for (const suffix of ['', '-save', '-restore'])
      symlinkSync('xtables-nft-multi', join(sbin, family + suffix));
  }
}

async function download(packages: readonly string[], directory: string, log: Log): Promise<void> {
  const get = (): Promise<string> => run('apt-get', ['download', '-q', ...packages], { cwd: directory });
  try {
    await get();
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    log('apt-get download failed, which old package lists explain best: apt-get update');
    await run('apt-get', ['update', '-q']);
    await get();
  }
}

const DEPENDENCIES_ONLY = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
  (relation) => `--no-${relation}`,
);

/** The packages and, recursively, those of their dependencies that are not installed. */
async function closure(packages: readonly string[], log: Log): Promise<string[]> {
  const depends = (): Promise<string> =>
    run('apt-cache', ['depends', '--recurse', ...DEPENDENCIES_ONLY, ...packages]);
  const text = await depends().catch(async () => {
    log('no package lists yet: apt-get update');
    await run('apt-get', ['update', '-q']);
    return depends();
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query has placeholders of its own
  const format = '${Package} ${db:Status-Status}\\n';
  const installed = new Set(
    (await run('dpkg-query', ['-W', '-f', format]))
      .split('\n')
      .flatMap((line) => (line.endsWith(' installed') ? [line.slice(0, line.indexOf(' '))] : [])),
  );
  // Names in <brackets> are virtual; whatever provides them is listed by its own name.
  const named = new Set(text.split('\n').filter((line) => /^[a-z0-9]/.test(line)));
  return [...named].filter((name) => packages.includes(name) || !installed.has(name)).sort();
}
