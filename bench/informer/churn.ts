import { type FeederWorker, playTo, type SideName, withClient } from './side.ts';

/** Processor microseconds for one event, after a warm-up. */
export async function measureEvent(
  name: SideName,
  feeder: FeederWorker,
  { warmUp, events }: { readonly warmUp: number; readonly events: number },
): Promise<number> {
  return await withClient(name, feeder, async (client) => {
    await playTo(warmUp, warmUp, feeder, client);
    return (await playTo(warmUp + events, events, feeder, client)) / events;
  });
}
