import { callVariableOf } from '../config/row.ts';
import { type Host, startHost } from '../host.ts';
import type { Service } from '../service.ts';
import { silentLog } from '../telemetry/log.ts';

export { createMemoryDocuments } from '../store/document-memory.ts';
export { createMemoryKeyValues } from '../store/key-value-memory.ts';
export { createMemoryTables } from '../store/table-memory.ts';

export type TestService = { readonly url: string; readonly stop: () => Promise<void> };

/** The environment in which every store and the bus are twins in memory. */
export const memoryTwins = {
  DATABASE_URL: 'memory:',
  MONGODB_URL: 'memory:',
  REDIS_URL: 'memory:',
  SEARCH_URL: 'memory:',
  KAFKA_BROKERS: 'memory:',
};

/** Starts services on a free port of loopback with memory twins, open and ready to answer. */
export async function startTestService(
  services: Service | readonly Service[],
  environment: Readonly<Record<string, string>> = {},
): Promise<TestService> {
  const all = 'row' in services ? [services] : services;
  const inside = new Set(all.map(({ row }) => row.name));
  // Port 1 is never listened on: a call that a test does not stand in for fails at once.
  const calls = Object.fromEntries(
    all
      .flatMap(({ row }) => row.calls)
      .filter(({ to }) => !inside.has(to))
      .map(({ to }) => [callVariableOf(to), 'http://127.0.0.1:1']),
  );
  const host: Host = await startHost({
    services: all,
    environment: { ...memoryTwins, ...calls, PORT: '0', DRAIN_DELAY_MS: '0', ...environment },
    log: silentLog,
  });
  await host.opened;
  return { url: `http://127.0.0.1:${host.port}`, stop: host.stop };
}
