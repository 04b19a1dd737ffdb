import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot, ensureTools, type Log, withLock } from '../toolchain/index.ts';
import { writeArchive } from './archive.ts';
import { entriesOf, prepareContext, repository } from './context.ts';
import { type DebianRoot, debianRoot, imagePackages } from './debian.ts';
import { buildDockerfile } from './dockerfile.ts';
import { archiveName, contentHash, filesHash } from './hash.ts';
import type { DockerfileRecipe, Recipe, RootfsRecipe } from './recipe.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const makers = ['archive.ts', 'libraries.ts', 'rootfs.ts', 'fetch.ts'].map((name) => join(here, name));

/** Where archives lie. */
export function imagesFolder(): string {
  return join(cacheRoot(), 'images');
}

/** Makes the archive of an image that carries these tags, unless the cache has it, and returns its path. */
export async function buildImage(
  recipe: Recipe,
  tags: readonly string[],
  base: Base,
  log: Log,
): Promise<string> {
  await mkdir(imagesFolder(), { recursive: true });
  const sorted = [...tags].sort();
  return withLock(join(imagesFolder(), recipe.reference), () =>
    recipe.kind === 'rootfs' ? fromRootfs(recipe, sorted, log) : fromDockerfile(recipe, sorted, base, log),
  );
}

/** The archive of the node image, made when a Dockerfile needs it. */
export type Base = () => Promise<string>;

async function fromRootfs(recipe: RootfsRecipe, tags: readonly string[], log: Log): Promise<string> {
  const debian = await debianRoot(imagePackages, log);
  const sources = [join(here, 'recipes', `${recipe.module}.ts`), join(here, 'files', recipe.module)];
  const code = await filesHash([...makers, ...sources.filter((path) => existsSync(path))]);
  const hash = contentHash([code, ...recipe.inputs, ...tags, ...debian.packages]);
  return cached(recipe.reference, hash, log, async (output) => {
    await ensureTools(recipe.tools, log);
    await layered(recipe, tags, debian, output, log);
  });
}

async function layered(
  recipe: RootfsRecipe,
  tags: readonly string[],
  debian: DebianRoot,
  output: string,
  log: Log,
): Promise<void> {
  const work = `${output}.rootfs`;
  const layers: string[] = [];
  await rm(work, { recursive: true, force: true });
  try {
    for (const layer of recipe.layers) {
      const folder = join(work, layer.name);
      await mkdir(folder, { recursive: true });
      await layer.fill({ folder, debian: debian.folder }, log);
      layers.push(folder);
    }
    await writeArchive(output, { tags, config: recipe.config, layers });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fromDockerfile(
  recipe: DockerfileRecipe,
  tags: readonly string[],
  base: Base,
  log: Log,
): Promise<string> {
  const baseArchive = await base();
  const context = join(imagesFolder(), `${recipe.entries}.context`);
  await prepareStackContext(recipe, context);
  const dockerfile = join(repository, recipe.dockerfile);
  const hash = contentHash([await filesHash([context, dockerfile]), baseArchive, ...tags]);
  return cached(recipe.reference, hash, log, async (output) => {
    const { folder } = await debianRoot(imagePackages, log);
    const values = { BASE: `docker-archive:${baseArchive}` };
    await buildDockerfile({ dockerfile, context, arguments: values, tags, output }, folder);
  });
}

/** Lays out the build context of a Dockerfile of ours in a folder, as `docker build` takes it too. */
export async function prepareStackContext(recipe: DockerfileRecipe, folder: string): Promise<void> {
  const files = ['package.json', ...(await entriesOf(recipe.entries))];
  await prepareContext(folder, { workspaces: recipe.workspaces, files });
}

async function cached(
  reference: string,
  hash: string,
  log: Log,
  make: (output: string) => Promise<void>,
): Promise<string> {
  const name = archiveName(reference, hash);
  const output = join(imagesFolder(), name);
  if (existsSync(output)) return output;
  const start = performance.now();
  log(`image ${reference}: building`);
  await make(output);
  await removeOlder(name);
  log(`image ${reference}: built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return output;
}

/** Archives of earlier contents of the same image are dropped: each is up to hundreds of megabytes. */
async function removeOlder(name: string): Promise<void> {
  const same = (other: string): boolean =>
    other.replace(/-\w{12}\.tar$/, '') === name.replace(/-\w{12}\.tar$/, '');
  for (const other of await readdir(imagesFolder())) {
    if (other !== name && other.endsWith('.tar') && same(other)) await rm(join(imagesFolder(), other));
  }
}
