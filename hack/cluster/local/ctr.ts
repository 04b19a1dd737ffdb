import { run, toolPath } from '../../toolchain/index.ts';
import type { Layout } from './layout.ts';

/** An image as containerd knows it: its full name (`HOST/library/redis:7`) and the digest of its manifest. */
export interface StoredImage {
  readonly name: string;
  readonly digest: string;
}

/** Reads the table that `ctr images list` prints. */
export function parseImages(table: string): StoredImage[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [name, , digest] = line.split(/\s+/);
      return name && digest?.startsWith('sha256:') ? [{ name, digest }] : [];
    });
}

/**
 * The full name under which the kubelet looks for an image: a name without a host gets the one that containerd itself
 * puts before such names, and one without a folder gets `library`.
 */
export function fullName(reference: string, host: string): string {
  if (!reference.includes('/')) return `${host}/library/${reference}`;
  return hasHost(reference) ? reference : `${host}/${reference}`;
}

function hasHost(reference: string): boolean {
  const first = reference.split('/')[0] ?? '';
  return /[.:]/.test(first) || first === 'localhost';
}

/** The host that containerd put before a short `reference` when it stored it; undefined where it did not store it. */
export function hostGiven(reference: string, stored: readonly StoredImage[]): string | undefined {
  const ending = fullName(reference, '');
  return stored.find(({ name }) => name.endsWith(ending))?.name.slice(0, -ending.length);
}

/** The images of the node. */
export async function listImages(paths: Layout): Promise<StoredImage[]> {
  return parseImages(await ctr(paths, 'images', 'list'));
}

/** Loads a docker-archive. */
export async function importArchive(paths: Layout, archive: string): Promise<void> {
  await ctr(paths, 'images', 'import', '--snapshotter', 'overlayfs', archive);
}

/** Gives an image of the node further full names; a name that points elsewhere is moved. */
export async function tagImage(paths: Layout, source: string, names: readonly string[]): Promise<void> {
  for (let start = 0; start < names.length; start += 100) {
    await ctr(paths, 'images', 'tag', '--force', source, ...names.slice(start, start + 100));
  }
}

function ctr(paths: Layout, ...args: string[]): Promise<string> {
  const socket = ['--address', paths.containerdSocket, '--namespace', 'k8s.io'];
  return run(toolPath('containerd', 'ctr'), [...socket, ...args]);
}
