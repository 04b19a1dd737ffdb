import { drawPair, makesADifference, type Pair, withoutLeaf } from './leaves.ts';
import { mayFollow } from './rules.ts';
import type { Located, SchemaNode } from './schema.ts';
import { differences, emptyWorld } from './world.ts';

/** Pairs that are drawn for one leaf before it counts as one that changes nothing: many services are not made at all. */
const draws = 150;

/** A sentence for each way in which a leaf of the spec is without effect, or leaves traces when it is removed. */
export async function judgeLeaf(schema: SchemaNode, leaf: Located, seed: number): Promise<string[]> {
  for (let draw = 0; draw < draws; draw++) {
    const pair = drawPair(schema, leaf, seed + draw);
    if (pair !== undefined && makesADifference(pair)) return judgeRemoval(schema, pair, seed + draw);
  }
  return [`${leaf.path}: none of ${draws} changes of it from seed ${seed} on changes a child`];
}

async function judgeRemoval(schema: SchemaNode, pair: Pair, seed: number): Promise<string[]> {
  const without = withoutLeaf(pair);
  // What a running store cannot follow is refused, so there are no traces to look for.
  if (without === undefined || !mayFollow(schema, pair.before, without)) return [];
  const [changed, fresh] = [emptyWorld(), emptyWorld()];
  await changed.settle(pair.before);
  await changed.settle(without);
  await fresh.settle(without);
  return differences(fresh.children(), changed.children()).map(
    (what) => `${pair.leaf}: removed, and not as if never set (seed ${seed}): ${what}`,
  );
}
