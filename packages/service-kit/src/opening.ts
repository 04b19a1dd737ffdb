import { ExponentialBackoff, handleAll, retry } from 'cockatiel';
import { type Running, startFollowing, subscribe } from './handling.ts';
import { withTimeout } from './readiness.ts';
import type { ConfiguredService, OpenService, Service } from './service.ts';
import { createStores } from './store/create.ts';
import { type OpenStores, pingsOf, toStores } from './store/stores.ts';
import type { Log } from './telemetry/log.ts';
import type { World } from './world.ts';

// A store that does not answer must not keep the process from ending.
const closeTimeoutMs = 5000;
const stopTimeoutMs = 10_000;

/** A service inside a process, from before its stores answer until they are closed. */
export type HostedService = {
  readonly service: Service;
  readonly pings: ReturnType<typeof pingsOf>;
  /** Undefined until the stores answered and the schema is current. */
  readonly open: () => OpenService | undefined;
  /** Resolves when the service is open. */
  readonly opened: Promise<void>;
  readonly stopConsuming: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * Opens a service in the background and goes on trying, with growing pauses, while its stores are away: thirteen
 * services that start beside their database must not crash-loop until it is there.
 */
export async function hostService(
  service: Service,
  configured: ConfiguredService,
  world: World,
): Promise<HostedService> {
  const stores = await createStores({ row: service.row, urlOf: configured.urlOf, ...world });
  const abort = new AbortController();
  const state: { open?: OpenService; running: Running[]; attempt?: Promise<void> } = { running: [] };
  const attempt = async (): Promise<void> => {
    if (service.migrations !== undefined) await stores.postgres?.migrate(service.migrations);
    if (state.open === undefined) {
      state.open = await configured.open({ ...world, stores: toStores(service.row, stores) });
      // Once, and not again with each attempt at the bus: own events and timers need no bus.
      state.running = startFollowing(service, state.open, stores, world);
    }
    const subscription = await subscribe(service, state.open, stores, world);
    if (subscription !== undefined) state.running.push(subscription);
  };
  const remembered = async (): Promise<void> => {
    if (abort.signal.aborted) throw new Error('it is stopping');
    state.attempt = attempt();
    return state.attempt;
  };
  const opened = openWithRetry(remembered, service, world.log, abort.signal);
  const stopConsuming = async (): Promise<void> => {
    abort.abort();
    // The attempt in hand may still subscribe; the pause before the next one is not waited for.
    await state.attempt?.catch(() => {});
    const stopping = Promise.all(state.running.map((one) => one.stop()));
    // What is cut short here comes again after the next start: nothing is acknowledged before it is done.
    await withTimeout(stopping, stopTimeoutMs).catch((error: unknown) =>
      world.log.warn({ service: service.row.name, error: String(error) }, 'stopping took too long'),
    );
  };
  return {
    service,
    pings: pingsOf(stores),
    open: () => state.open,
    opened,
    stopConsuming,
    close: async () => {
      await state.open?.close();
      await closeStores(stores, world.log);
    },
  };
}

async function openWithRetry(
  attempt: () => Promise<void>,
  service: Service,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const policy = retry(handleAll, {
    maxAttempts: Number.MAX_SAFE_INTEGER,
    backoff: new ExponentialBackoff({ initialDelay: 200, maxDelay: 5000 }),
  });
  policy.onFailure(({ reason }) => {
    const error = 'error' in reason ? String(reason.error) : 'no reason given';
    if (!signal.aborted) log.warn({ service: service.row.name, error }, 'not open yet, trying again');
  });
  try {
    await policy.execute(attempt, signal);
    log.info({ service: service.row.name }, 'open');
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function closeStores(stores: OpenStores, log: Log): Promise<void> {
  const closings = Object.entries(stores).map(async ([name, store]) => {
    try {
      await withTimeout(store.close(), closeTimeoutMs);
    } catch (error) {
      log.warn({ dependency: name, error: String(error) }, 'closing failed');
    }
  });
  await Promise.all(closings);
}
