import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuiltImage, buildImages, imageNames } from '../../images/index.ts';
import { type Log, withHeartbeat } from '../../toolchain/index.ts';
import { SERVICES_IMAGE, STORE_IMAGES } from '../serviceimages.ts';
import { fullName, hostGiven, importArchive, listImages, type StoredImage, tagImage } from './ctr.ts';
import type { Layout } from './layout.ts';

/** The images that a pod sandbox, the DNS and the mesh need, smallest first. */
const SYSTEM = [
  imageNames.pause,
  imageNames.coredns,
  imageNames.installCni,
  imageNames.pilot,
  imageNames.proxyv2,
];

/** How many archives are loaded at once: reading, hashing and unpacking one keeps about one core busy. */
const PARALLEL = 3;

/** Builds every image of the local cluster that the cache lacks. */
export function buildLocalImages(log: Log): Promise<BuiltImage[]> {
  return buildImages({ needed: [...SYSTEM, imageNames.operator, SERVICES_IMAGE, ...STORE_IMAGES], log });
}

/** Which archives to load: those of images that the node lacks or whose content changed since they were loaded. */
export function staleArchives(
  built: readonly BuiltImage[],
  loaded: Readonly<Record<string, string>>,
  stored: readonly StoredImage[],
): string[] {
  const isStored = presence(stored);
  const stale = built.filter(({ name, archive }) => !isStored(name) || loaded[name] !== archive);
  return [...new Set(stale.map(({ archive }) => archive))];
}

/** Loads images into the node and gives the services image all the names that it is asked for under. */
export async function loadLocalImages(
  paths: Layout,
  built: readonly BuiltImage[],
  names: readonly string[],
  log: Log,
): Promise<void> {
  const file = join(paths.dir, 'images.json');
  const loaded: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const stale = staleArchives(built, loaded, await listImages(paths));
  if (stale.length > 0) {
    await withHeartbeat(log, `loading ${stale.length} images into the node`, async () => {
      const waiting = [...stale];
      const worker = async (): Promise<void> => {
        for (let archive = waiting.shift(); archive; archive = waiting.shift())
          await importArchive(paths, archive);
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
    });
  }
  const services = built.find(({ name }) => name === SERVICES_IMAGE);
  const refreshed = services !== undefined && stale.includes(services.archive);
  if (refreshed && loaded[SERVICES_IMAGE] !== undefined) {
    log(
      'the services image changed: running pods keep the old one until `kubectl rollout restart deployment`',
    );
  }
  const stored = await listImages(paths);
  const host = hostGiven(SERVICES_IMAGE, stored);
  if (host === undefined) throw new Error(`the node does not hold ${SERVICES_IMAGE} although it was loaded`);
  const isStored = presence(stored);
  const missing = names.filter((name) => name !== SERVICES_IMAGE && (refreshed || !isStored(name)));
  await tagImage(
    paths,
    fullName(SERVICES_IMAGE, host),
    missing.map((name) => fullName(name, host)),
  );
  writeFileSync(
    file,
    JSON.stringify(Object.fromEntries(built.map(({ name, archive }) => [name, archive])), undefined, 2),
  );
}

/** Tells of a reference, short or full, whether the node holds it. The services image shows how short ones are called. */
function presence(stored: readonly StoredImage[]): (reference: string) => boolean {
  const names = new Set(stored.map(({ name }) => name));
  const host = hostGiven(SERVICES_IMAGE, stored);
  return (reference) => host !== undefined && names.has(fullName(reference, host));
}
