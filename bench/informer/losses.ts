import { type SideName, startFeeder, withClient } from './side.ts';

/** What became of a disturbed stream. */
export type Losses = {
  /** Objects whose version in the cache is not the server's, or that one of them lacks. */
  readonly lost: number;
  readonly lists: number;
  readonly expired: number;
  readonly watches: number;
};

/** Keys under which two pictures differ. */
export function differences(
  truth: ReadonlyMap<string, string>,
  cache: ReadonlyMap<string, string>,
): string[] {
  const keys = new Set([...truth.keys(), ...cache.keys()]);
  return [...keys].filter((key) => truth.get(key) !== cache.get(key));
}

/** Plays `events` while connections are cut and versions forgotten; then compares the cache with the truth. */
export async function measureLosses(
  name: SideName,
  faults: {
    readonly objects: number;
    readonly events: number;
    readonly cuts: number;
    readonly expiries: number;
  },
): Promise<Losses> {
  const { objects, events, cuts, expiries } = faults;
  const feeder = await startFeeder(objects, events);
  const found = await withClient(name, feeder, async (client) => {
    const { lists, expired, watches, truth } = await feeder.ask({ order: 'disturb', cuts, expiries });
    const wanted = new Map(truth);
    const endsAt = Date.now() + 20_000;
    for (;;) {
      const cache = new Map((await client.ask({ order: 'cache' })).cache);
      const lost = differences(wanted, cache).length;
      if (lost === 0 || Date.now() > endsAt) return { lost, lists, expired, watches };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  await feeder.stop();
  return found;
}
