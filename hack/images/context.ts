import { cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Lockfile, productionClosure } from './locked.ts';

/** The repository. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** What a build context is made of. */
export interface ContextParts {
  /** Workspaces to run; `services/` stands for every one below. Those that they depend on come along. */
  readonly workspaces: readonly string[];
  /** Single files beside them. */
  readonly files: readonly string[];
}

const leftOut = new Set(['node_modules', 'test', 'Dockerfile', 'README.md']);

/**
 * Lays out a build context: sources of workspaces and, out of the installed node_modules, exactly the packages that
 * the lockfile says they need to run. The Dockerfile then only copies, so a build needs no registry and no npm.
 */
export async function prepareContext(folder: string, parts: ContextParts): Promise<void> {
  // npm wrote the file, and productionClosure names what it misses.
  const lock = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')) as Lockfile;
  const closure = productionClosure(lock, expand(lock, parts.workspaces));
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  for (const path of closure.packages) {
    await copy(
      folder,
      path,
      (source) => !source.endsWith('/node_modules') && !/\.(?:d\.[cm]?ts|map)$/.test(source),
    );
  }
  for (const workspace of closure.workspaces) {
    await copy(folder, workspace.folder, (source) => !leftOut.has(basename(source)));
    const link = join(folder, workspace.link);
    await mkdir(dirname(link), { recursive: true });
    await symlink(relative(dirname(link), join(folder, workspace.folder)), link);
  }
  for (const file of parts.files) await copy(folder, file, () => true);
}

function expand(lock: Lockfile, workspaces: readonly string[]): string[] {
  return workspaces.flatMap((name) =>
    name.endsWith('/')
      ? Object.keys(lock.packages).filter((path) => path.startsWith(name) && !path.includes('node_modules'))
      : [name],
  );
}

function copy(folder: string, path: string, filter: (source: string) => boolean): Promise<void> {
  const source = join(repository, path);
  const wanted = (entry: string): boolean => entry === source || filter(entry);
  return cp(source, join(folder, path), { recursive: true, verbatimSymlinks: true, filter: wanted });
}

/** The TypeScript files that lie directly in a folder of the repository, such as the entry of all services. */
export async function entriesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(repository, folder)).catch((): string[] => []);
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}
