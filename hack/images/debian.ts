import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheRoot, type Log, run, withHeartbeat, withLock } from '../toolchain/index.ts';

/** A root file system of extracted Debian packages that is complete: it needs nothing of this machine. */
export interface DebianRoot {
  readonly folder: string;
  /** `<package>_<version>` of every package in it, dependencies included, sorted. */
  readonly packages: readonly string[];
}

/** What the images are made of; dependencies follow. */
export const imagePackages = [
  'bash',
  'buildah',
  'busybox-static',
  'ca-certificates',
  'iptables',
  'libc-bin',
  'libstdc++6',
  'nftables',
  'openjdk-17-jre-headless',
  'postgresql-client-15',
  'python3.11',
  'redis-server',
] as const;

/** The name of the folder below the cache that holds a set of packages; their order does not matter. */
export function debianFolder(release: string, packages: readonly string[]): string {
  const sorted = [...new Set(packages)].sort();
  const hash = createHash('sha256').update(sorted.join('\n')).digest('hex').slice(0, 10);
  return `debian-${release}-${hash}`;
}

/** Package and version, `redis-server_5:7.0.15-1`, out of the name that apt gives a downloaded file. */
export function packageOf(file: string): string {
  return decodeURIComponent(file).split('_').slice(0, 2).join('_');
}

/**
 * Extracts packages with all that they depend on into one folder of the cache and returns it.
 *
 * `ensureDebian` of the toolchain leaves out what the machine has installed; an image must not. So apt runs here on
 * lists, a status file and a cache of its own: it sees nothing as installed and changes nothing on the machine. The
 * first call needs the package mirror; later ones read the folder.
 */
export async function debianRoot(packages: readonly string[], log: Log): Promise<DebianRoot> {
  const folder = join(cacheRoot(), debianFolder(debianRelease(), packages));
  const list = join(folder, 'packages.txt');
  await withLock(folder, async () => {
    if (existsSync(list)) return;
    await withHeartbeat(log, 'Debian packages for images', () => extract(folder, packages, log));
  });
  return { folder: join(folder, 'root'), packages: readFileSync(list, 'utf8').split('\n').filter(Boolean) };
}

function debianRelease(): string {
  const found = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  if (!found || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      'apt-get is not here: images of the local provider are made of Debian packages; use kind',
    );
  }
  return found;
}

async function extract(folder: string, packages: readonly string[], log: Log): Promise<void> {
  const part = `${folder}.part`;
  const archives = join(part, 'apt', 'cache', 'archives');
  const root = join(part, 'root');
  rmSync(part, { recursive: true, force: true });
  mkdirSync(join(archives, 'partial'), { recursive: true });
  mkdirSync(join(part, 'apt', 'state', 'lists', 'partial'), { recursive: true });
  writeFileSync(join(part, 'apt', 'status'), '');
  const options = aptOptions(join(part, 'apt'));
  await run('apt-get', [...options, 'update', '-qq']);
  await run('apt-get', [...options, 'install', '--download-only', '-y', '-qq', ...packages]);
  const files = readdirSync(archives).filter((name) => name.endsWith('.deb'));
  log(`Debian packages for images: extracting ${files.length}`);
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const name of files) {
    // --keep-directory-symlink: packages that still ship /lib and /bin must land in the merged /usr.
    const unpack =
      'set -o pipefail; dpkg-deb --fsys-tarfile "$0" | tar -xf - --keep-directory-symlink -C "$1"';
    await run('bash', ['-c', unpack, join(archives, name), root]);
  }
  rmSync(join(part, 'apt'), { recursive: true });
  writeFileSync(join(part, 'packages.txt'), `${files.map(packageOf).sort().join('\n')}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
}

function aptOptions(state: string): string[] {
  const settings = {
    'Dir::State': join(state, 'state'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': join(state, 'cache'),
    // Otherwise apt drops to a user that cannot write below the home directory.
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Debug::NoLocking': '1',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
