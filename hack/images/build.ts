import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot, ensureTools, type Log, withLock } from '../toolchain/index.ts';
import { writeArchive } from './archive.ts';
import { layoutContext, planContext, repository } from './context.ts';
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
  const plan = await planContext(recipe.workspaces, recipe.entries);
  const dockerfile = join(repository, recipe.dockerfile);
  const makers = await filesHash([dockerfile, join(here, 'dockerfile.ts'), join(here, 'context.ts')]);
  const hash = contentHash([plan.hash, makers, baseArchive, ...tags]);
  return cached(recipe.reference, hash, log, async (output) => {
    const { folder } = await debianRoot(imagePackages, log);
    const context = `${output}.context`;
    const values = { BASE: `docker-archive:${baseArchive}` };
    try {
      await layoutContext(context, plan);
      await buildDockerfile({ dockerfile, context, arguments: values, tags, output }, folder);
    } finally {
      await rm(context, { recursive: true, force: true });
    }
  });
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

/** How long an archive is kept after another content took its place: another run may be about to load it. */
const keptMilliseconds = 15 * 60_000;

/** Archives of earlier contents of the same image, and what a killed build left, are dropped: they are large. */
async function removeOlder(name: string): Promise<void> {
  const imageOf = (file: string): string => file.replace(/-\w{12}\.tar(\..*)?$/, '');
  for (const other of await readdir(imagesFolder())) {
    const path = join(imagesFolder(), other);
    if (other === name || imageOf(other) !== imageOf(name)) continue;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > keptMilliseconds) await rm(path, { recursive: true });
  }
}
