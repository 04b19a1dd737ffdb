import type { ClientOrder, ClientReport } from './client.ts';
import type { FeederOrder, FeederReport } from './feeder.ts';
import { Worker } from './process.ts';

/** Which of the two informers. */
export type SideName = 'ours' | 'peer';

/** The feeder as the bench holds it. */
export type FeederWorker = Worker<FeederOrder, FeederReport>;

/** A measured process whose cache is complete. */
export type ClientWorker = Worker<ClientOrder, ClientReport>;

/** Starts a feeder with a fleet; the measured side has core 0 for itself. */
export async function startFeeder(objects: number, events: number): Promise<FeederWorker> {
  const feeder: FeederWorker = new Worker('feeder.ts', 1, [String(objects), String(events)]);
  await feeder.next();
  return feeder;
}

/** Runs `work` with a fresh process of one side, synced with the feeder's fleet from its beginning. */
export async function withClient<T>(
  name: SideName,
  feeder: FeederWorker,
  work: (client: ClientWorker) => Promise<T>,
): Promise<T> {
  const { port } = await feeder.ask({ order: 'begin' });
  const client: ClientWorker = new Worker(`${name}.ts`, 0);
  try {
    await client.ask({ order: 'start', server: `http://127.0.0.1:${port}` });
    return await work(client);
  } finally {
    await client.stop();
  }
}

/** Plays events up to `to` and resolves with the processor time that the client needed for them. */
export async function playTo(
  to: number,
  updates: number,
  feeder: FeederWorker,
  client: ClientWorker,
): Promise<number> {
  await client.ask({ order: 'expect', updates });
  const counted = client.next();
  await feeder.ask({ order: 'publish', to });
  return (await counted).cpuMicroseconds ?? 0;
}
