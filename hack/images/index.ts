import type { Log } from '../toolchain/index.ts';
import { buildImage } from './build.ts';
import type { Recipe } from './recipe.ts';
import { coredns, pause } from './recipes/cluster.ts';
import { installCni, pilot, proxyv2 } from './recipes/istio.ts';
import { kafka } from './recipes/kafka.ts';
import { mongo } from './recipes/mongo.ts';
import { node } from './recipes/node.ts';
import { opensearch } from './recipes/opensearch.ts';
import { postgres } from './recipes/postgres.ts';
import { redis } from './recipes/redis.ts';
import { operator, services } from './recipes/stack.ts';
import { type ImageSource, imageSource } from './table.ts';

export {
  type ImageRole,
  type ImageSource,
  imageNames,
  imageSource,
  istioTag,
  stackVersion,
} from './table.ts';

/** How each image is made. */
export const recipes: Readonly<Record<ImageSource, Recipe>> = {
  pause,
  node,
  coredns,
  proxyv2,
  pilot,
  installCni,
  services,
  operator,
  postgres,
  redis,
  kafka,
  mongo,
  opensearch,
};

/** An image that was asked for and the docker-archive that holds it under that name. */
export interface BuiltImage {
  readonly name: string;
  readonly archive: string;
}

/** How many images are made at once: copying and compressing take one core each. */
const parallel = 2;

/**
 * Makes the images that are asked for by reference, such as `postgres:18` or `ecommercestack/user-service:v1.2.3`,
 * and resolves to the archive of each, in the order asked. What the cache has costs a look at the sources.
 *
 * Images that are the same under several names share one archive that carries all of them. A reference that
 * `imageSource` does not know is an error.
 */
export async function buildImages(wanted: {
  readonly needed: readonly string[];
  readonly log: Log;
}): Promise<BuiltImage[]> {
  const tags = new Map<ImageSource, Set<string>>();
  for (const name of wanted.needed) {
    const source = imageSource(name);
    if (!source) throw new Error(`no recipe makes the image ${name}`);
    tags.set(source, (tags.get(source) ?? new Set()).add(name));
  }
  const archives = new Map<ImageSource, string>();
  const base = (): Promise<string> => buildImage(node, [node.reference], base, wanted.log);
  const waiting = [...tags];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [source, names] = next;
      archives.set(source, await buildImage(recipes[source], [...names], base, wanted.log));
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return wanted.needed.map((name) => ({ name, archive: archiveOf(archives, name) }));
}

function archiveOf(archives: ReadonlyMap<ImageSource, string>, name: string): string {
  const source = imageSource(name);
  const archive = source && archives.get(source);
  if (!archive) throw new Error(`the image ${name} was not built`);
  return archive;
}
