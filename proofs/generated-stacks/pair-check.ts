import { drawChange } from './pairs.ts';
import type { SchemaNode } from './schema.ts';
import { comparableAfter, differences, emptyWorld, type World } from './world.ts';

/** A sentence for each way in which A→B is not a fresh B, or A→B→A is not A; kept revisions are set aside. */
export async function judgeChange(schema: SchemaNode, seed: number): Promise<string[]> {
  try {
    const { before, after } = drawChange(schema, seed);
    const [changed, fresh] = [emptyWorld(), emptyWorld()];
    await changed.settle(before);
    const first = changed.children();
    await changed.settle(after);
    await fresh.settle(after);
    const kept = (world: World) => comparableAfter(before, after, world.children());
    const there = differences(kept(fresh), kept(changed));
    await changed.settle(before);
    const back = differences(first, changed.children());
    return [
      ...there.map((what) => `change of seed ${seed}: A→B is not a fresh B: ${what}`),
      ...back.map((what) => `change of seed ${seed}: A→B→A is not A: ${what}`),
    ];
  } catch (error) {
    return [`change of seed ${seed}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
