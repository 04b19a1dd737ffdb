import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Twelve characters that stand for these parts in this order; no two lists of parts run into each other. */
export function contentHash(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest('hex').slice(0, 12);
}

/** The hash of what files and folders hold: names below them, contents, links and executable bits, not times. */
export async function filesHash(paths: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const path of paths) {
    for (const file of await filesBelow(path)) {
      const stat = await lstat(file);
      const content = stat.isSymbolicLink() ? await readlink(file) : await readFile(file, 'latin1');
      parts.push(relative(path, file), stat.mode & 0o111 ? 'x' : '-', content);
    }
  }
  return contentHash(parts);
}

/** File name of an image's archive: `apache-kafka-4.4.0-<hash>.tar`. */
export function archiveName(reference: string, hash: string): string {
  return `${reference.replaceAll(/[^a-zA-Z0-9.]+/g, '-')}-${hash}.tar`;
}

async function filesBelow(path: string): Promise<string[]> {
  if (!(await lstat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
