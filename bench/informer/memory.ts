import { type Pair, round } from '../ratio.ts';
import { type ClientWorker, playTo, type SideName, startFeeder, withClient } from './side.ts';

/** Bytes a watched object once listed, and once every object has changed. */
export type Footprint = { readonly listed: number; readonly changed: number };

/** Bytes for one more object: the slope between two sizes, so that the program itself does not count. */
export async function measureFootprint(
  sizes: readonly [number, number],
  order: readonly SideName[],
): Promise<Record<SideName, Footprint>> {
  const at = new Map<SideName, Footprint[]>(order.map((name) => [name, []]));
  for (const objects of sizes) {
    const feeder = await startFeeder(objects, objects);
    for (const name of order) {
      const footprint = await withClient(name, feeder, async (client) => {
        const listed = await settledBytes(client);
        await playTo(objects, objects, feeder, client);
        return { listed, changed: await settledBytes(client) };
      });
      at.get(name)?.push(footprint);
    }
    await feeder.stop();
  }
  const slope = (name: SideName, state: keyof Footprint) => {
    const [small, large] = at.get(name) ?? [];
    if (small === undefined || large === undefined) throw new Error(`${name} was not measured`);
    return round((large[state] - small[state]) / (sizes[1] - sizes[0]));
  };
  const both = (name: SideName) => ({ listed: slope(name, 'listed'), changed: slope(name, 'changed') });
  return { ours: both('ours'), peer: both('peer') };
}

/** The harder comparison: each side in the state in which the peer needs less. */
export function harderPair({ ours, peer }: Record<SideName, Footprint>): Pair {
  return peer.changed < peer.listed
    ? { ours: ours.changed, peer: peer.changed }
    : { ours: ours.listed, peer: peer.listed };
}

/** Bytes in use once they have stopped falling twice: work at leisure is part of how a cache works. */
async function settledBytes(client: ClientWorker): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  for (let still = 0; still < 2; ) {
    const bytes = (await client.ask({ order: 'heap' })).bytes ?? Number.NaN;
    still = bytes < lowest * 0.99 ? 0 : still + 1;
    lowest = Math.min(lowest, bytes);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
  return lowest;
}
