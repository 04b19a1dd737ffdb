import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../toolchain/index.ts';
import { contentHash, filesHash } from './hash.ts';
import { type Closure, type Lockfile, productionClosure } from './locked.ts';

/** The repository. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** What a build context is made of, and a hash that changes with any of it. */
export interface ContextPlan {
  readonly closure: Closure;
  /** Single files beside the workspaces, as paths below the repository. */
  readonly files: readonly string[];
  readonly hash: string;
}

const leftOut = new Set(['node_modules', 'test', 'Dockerfile', 'README.md']);

/** Plans the context of an image that runs these workspaces; `services/` stands for every one below. */
export async function planContext(workspaces: readonly string[], entries: string): Promise<ContextPlan> {
  // npm wrote the file, and productionClosure names what it misses.
  const lock = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')) as Lockfile;
  const closure = productionClosure(lock, expand(lock, workspaces));
  const files = ['package.json', ...(await entriesOf(entries))];
  const locked = closure.packages.map((path) => JSON.stringify([path, lock.packages[path]]));
  const sources = await Promise.all(closure.workspaces.map(({ folder }) => sourceFiles(folder)));
  const names = [...files, ...sources.flat()];
  const content = await filesHash(names.map((name) => join(repository, name)));
  return { closure, files, hash: contentHash([...locked, ...names, content]) };
}

/**
 * Lays out a build context: sources of workspaces and, out of the installed node_modules, exactly the packages that
 * the lockfile says they need to run. The Dockerfile then only copies, so a build needs no registry and no npm.
 */
export async function layoutContext(folder: string, plan: ContextPlan): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  const { packages, workspaces } = plan.closure;
  const found = await Promise.all([
    ...packages.map(packageFiles),
    ...workspaces.map((workspace) => sourceFiles(workspace.folder)),
  ]);
  const list = [...plan.files, ...found.flat()].join('\n');
  const copy = 'set -o pipefail; tar -C "$0" --files-from=- -cf - | tar -C "$1" -xf -';
  await run('bash', ['-c', copy, repository, folder], { input: list });
  for (const workspace of workspaces) {
    const link = join(folder, workspace.link);
    await mkdir(dirname(link), { recursive: true });
    await symlink(relative(dirname(link), join(folder, workspace.folder)), link);
  }
}

function expand(lock: Lockfile, workspaces: readonly string[]): string[] {
  return workspaces.flatMap((name) =>
    name.endsWith('/')
      ? Object.keys(lock.packages).filter((path) => path.startsWith(name) && !path.includes('node_modules'))
      : [name],
  );
}

/** The files of a folder of the repository, as paths below the repository, without what a rule leaves out. */
async function filesOf(path: string, isLeftOut: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(join(repository, path), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const below = files.map((entry) => relative(join(repository, path), join(entry.parentPath, entry.name)));
  const wanted = below.filter((file) => !file.split('/').some(isLeftOut));
  return wanted.map((file) => join(path, file)).sort();
}

/** The files of a workspace that go into an image. */
function sourceFiles(path: string): Promise<string[]> {
  return filesOf(path, (name) => leftOut.has(name));
}

/** The files of an installed package that run: types and source maps are a third of them. */
function packageFiles(path: string): Promise<string[]> {
  return filesOf(path, (name) => name === 'node_modules' || /\.(?:d\.[cm]?ts|map)$/.test(name));
}

/** The TypeScript files that lie directly in a folder of the repository, such as the entry of all services. */
async function entriesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(repository, folder));
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}
