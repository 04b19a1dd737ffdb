import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as timeout } from 'node:timers/promises';
import { type ProcessConfig, processVariables } from './config/process.ts';
import { type Environment, readConfig } from './config/read.ts';
import type { Clock } from './domain/clock.ts';
import type { Ids } from './domain/ids.ts';
import type { Pause } from './domain/pause.ts';
import { refuse } from './domain/result.ts';
import { type Pick, pickHosted, pickInside } from './http/dispatch.ts';
import { beginExchange, type Exchange, pathOf } from './http/exchange.ts';
import { operationOf } from './http/operations.ts';
import { commonRefusals, sendProblem, toProblem } from './http/problem.ts';
import { closeServer, type ListenOptions, listen, portOf } from './http/server.ts';
import { once } from './once.ts';
import { type HostedService, hostService } from './opening.ts';
import type { Company, Service } from './service.ts';
import { systemClock, systemPause, uuidv7 } from './sources.ts';
import { createLog, type Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import type { World } from './world.ts';

export type HostOptions = {
  readonly services: readonly Service[];
  readonly environment: Environment;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Pauses of background work: retries, leases. */
  readonly pause?: Pause;
  /** Waits for the drain delay. */
  readonly wait?: (milliseconds: number) => Promise<void>;
};

export type Phase = 'running' | 'draining';

/** Services that answer on one port of this process. */
export type Host = {
  readonly port: number;
  readonly log: Log;
  /** Resolves when every service is open. */
  readonly opened: Promise<void>;
  /** Drains, closes and resolves; calling it again waits for the same end. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts services on one port and resolves once it listens; they open in the background, and `/ready` tells when.
 * Throws ConfigError when the environment is incomplete.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { environment, services, wait = (milliseconds) => timeout(milliseconds) } = options;
  const config = readConfig(processVariables(environment), environment);
  const hosted: HostedService[] = [];
  const names = services.map(({ row }) => row.name).join('+');
  const log =
    options.log ?? createLog(config.LOG_LEVEL, { pod: config.POD_NAME, version: config.SERVICE_VERSION });
  const memoryBus = once(async () => (await import('./bus/event-bus-memory.ts')).createMemoryBus());
  const world: World = {
    log,
    metrics: createMetrics(config.SERVICE_VERSION),
    clock: options.clock ?? systemClock,
    ids: options.ids ?? uuidv7,
    pause: options.pause ?? systemPause,
    memoryBus: memoryBus.get,
  };
  const state: { phase: Phase } = { phase: 'running' };
  const listener = (pick: Pick) => createListener(pick, hosted, state, world, config);
  const asking = (pick: Pick) => ({
    // Any other protocol that a client would like is none of ours: its request is answered as it stands.
    upgradeOf: (request: IncomingMessage) =>
      request.headers.upgrade?.toLowerCase() === 'websocket'
        ? pick(hosted, request)?.open()?.upgrade
        : undefined,
    onMalformed: (refusal: string) => world.metrics.countRefusal('none', refusal),
  });
  const inside = await listenInside(services, listener(pickInside), asking(pickInside));
  const configured = services.map((service) => service.configure(environment, inside?.company));
  hosted.push(
    ...(await Promise.all(
      services.map((service, index) => hostService(service, at(configured, index), world)),
    )),
  );
  const server = await listen(listener(pickHosted), config.PORT, config.BIND_ADDRESS, asking(pickHosted));
  log.info({ services: names, port: portOf(server), address: config.BIND_ADDRESS }, 'listening');
  const stop = once(async () => {
    state.phase = 'draining';
    log.info({ services: names, delayMs: config.DRAIN_DELAY_MS }, 'draining');
    await wait(config.DRAIN_DELAY_MS);
    const consuming = Promise.all(hosted.map((one) => one.stopConsuming()));
    const outcome = await closeServer(server, config.SHUTDOWN_DEADLINE_MS);
    if (inside !== undefined) await closeServer(inside.server, config.SHUTDOWN_DEADLINE_MS);
    await consuming;
    await Promise.all(hosted.map((one) => one.close()));
    log.info({ services: names, outcome }, 'stopped');
  });
  return {
    port: portOf(server),
    log,
    opened: Promise.all(hosted.map((one) => one.opened)).then(() => {}),
    stop: stop.get,
  };
}

// Services that share a process call each other over a listener of their own on loopback, which no proxy reaches.
async function listenInside(services: readonly Service[], listener: RequestListener, options: ListenOptions) {
  if (services.length === 1) return undefined;
  const server = await listen(listener, 0, '127.0.0.1', options);
  const company: Company = {
    has: (name) => services.some(({ row }) => row.name === name),
    origin: () => `http://127.0.0.1:${portOf(server)}`,
  };
  return { server, company };
}

function createListener(
  pick: Pick,
  hosted: readonly HostedService[],
  state: { phase: Phase },
  world: World,
  config: ProcessConfig,
) {
  const operations = operationOf(hosted, state, world.metrics, config.SERVICE_VERSION);
  return (request: IncomingMessage, response: ServerResponse): void => {
    const exchange = beginExchange(request, response, world);
    // From the first moment of the drain: clients move to other pods before this one's listener closes.
    if (state.phase === 'draining') response.setHeader('connection', 'close');
    const picked = pick(hosted, request);
    const operation = operations(request, picked);
    if (operation === undefined) answer(picked, request, response, exchange);
    else {
      exchange.route = 'operations';
      operation(response);
    }
  };
}

function answer(
  picked: HostedService | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
): void {
  const about = { instance: pathOf(request), requestId: exchange.requestId };
  if (picked === undefined) {
    sendProblem(response, toProblem(refuse('not-found'), commonRefusals, about));
    return;
  }
  exchange.service = picked.service.row.name;
  const open = picked.open();
  if (open === undefined)
    sendProblem(response, toProblem(refuse('unavailable', 'starting'), commonRefusals, about), 1);
  else open.listener(request, response);
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}
