import type { RequestListener } from 'node:http';
import {
  type ServiceName,
  type ServiceRow,
  serviceRow,
  type Topic,
} from '@ecommercestack/contracts/topology';
import type { BusEvent } from './bus/event-bus.ts';
import { type Environment, readConfig } from './config/read.ts';
import {
  callVariableOf,
  callVariablesOf,
  type Dependency,
  dependencyVariablesOf,
  variableOf,
} from './config/row.ts';
import type { ConfigOf, Variables } from './config/variable.ts';
import type { Decisions } from './decisions.ts';
import { deskOf } from './desk.ts';
import type { Clock } from './domain/clock.ts';
import type { Ids } from './domain/ids.ts';
import type { Pause } from './domain/pause.ts';
import type { Projection } from './events/projection.ts';
import { deadLetterRoutes } from './http/dead-letters.ts';
import { commonRefusals, type RefusalTable } from './http/problem.ts';
import type { Route, RouteContract } from './http/route.ts';
import type { UpgradeListener } from './http/server.ts';
import type { Effect, StoredEvent, Timer } from './store/event-store.ts';
import type { Stores } from './store/stores.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** What a service is given when it opens: its configuration, its stores and the world's sources. */
export type Opening<Declared extends Variables> = {
  readonly config: ConfigOf<Declared>;
  readonly stores: Stores;
  /** Where a service is that the row declares a call to. */
  readonly addressOf: (callee: ServiceName) => Address;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly pause: Pause;
};

/** Where to connect, and the Host header to send there. */
export type Address = { readonly origin: string; readonly host: string };

/** The other services of a process, for one that shares it. */
export type Company = {
  readonly has: (name: ServiceName) => boolean;
  /** Where the process answers for the services in it; asked for when a call is made. */
  readonly origin: () => string;
};

/**
 * What a service does about the messages of a topic: it decides, and the kit commits what it answers together with the
 * note that the message came. `undefined` passes a message by. It may be asked again about the same message.
 */
export type Handler<Context> = {
  readonly topic: Topic;
  readonly handle: (event: BusEvent, context: Context) => Promise<Effect | undefined>;
};

/**
 * What a service does about its own events after they are stored: calls to the outside, whose answers become the next
 * events. Every reaction meets every event of the service, in order within a stream; it decides like a handler.
 */
export type Reaction<Context> = {
  /** Unique within the service and never changed: its place in the log is remembered under it. */
  readonly name: string;
  readonly react: (event: StoredEvent, context: Context) => Promise<Effect | undefined>;
};

/** What a service does when the time of a timer has come: it decides like a handler. */
export type Wake<Context> = {
  /** The name that effects set such timers under. */
  readonly name: string;
  readonly wake: (timer: Timer, context: Context) => Promise<Effect | undefined>;
};

export type ServiceSpec<Context, Declared extends Variables> = {
  readonly name: ServiceName;
  /** Variables of its own, beside those that follow from its row in topology.ts. */
  readonly variables?: Declared;
  /** Dependencies it answers without: their loss makes it degraded, not unready. */
  readonly survives?: readonly Dependency[];
  /** Folder of forward-only SQL files, applied before it opens. */
  readonly migrations?: URL;
  /** Refusals of its own, beside the common table. */
  readonly refusals?: RefusalTable;
  /** Makes the context that routes and handlers receive. Retried until it resolves. */
  readonly open: (opening: Opening<Declared>) => Promise<Context>;
  readonly routes?: readonly Route<Context>[];
  readonly handles?: readonly Handler<Context>[];
  readonly reacts?: readonly Reaction<Context>[];
  readonly wakes?: readonly Wake<Context>[];
  readonly projects?: readonly Projection[];
  /** Takes every request itself, past routes and express: for a proxy or static files. */
  readonly listener?: (context: Context) => RequestListener;
  /** Takes connections that clients ask to upgrade, as for WebSocket. */
  readonly upgrades?: (context: Context) => UpgradeListener;
  readonly close?: (context: Context) => Promise<void>;
};

/** A service that is open: how it answers and what it does with events. */
export type OpenService = Decisions & {
  readonly listener: RequestListener;
  readonly upgrade: UpgradeListener | undefined;
  readonly wakes: readonly { name: string; wake: (timer: Timer) => Promise<Effect | undefined> }[];
  readonly close: () => Promise<void>;
};

/** A service whose environment was read and found complete. */
export type ConfiguredService = {
  readonly urlOf: (dependency: Dependency) => string;
  readonly open: (world: Omit<Opening<Variables>, 'config' | 'addressOf'>) => Promise<OpenService>;
};

/** A service as a value. Interpreters: `run`, `runAll`, `startTestService`, `describe`. */
export type Service = {
  readonly row: ServiceRow;
  readonly variables: Variables;
  readonly survives: readonly Dependency[];
  readonly migrations?: URL;
  readonly projections: readonly Projection[];
  readonly refusals: RefusalTable;
  readonly routes: readonly RouteContract[];
  readonly handledTopics: readonly Topic[];
  /**
   * Reads the environment. In company, `<SERVICE>_<NAME>` wins over `<NAME>`, and a call to a service of the same
   * process needs no variable. Throws ConfigError.
   */
  readonly configure: (environment: Environment, company?: Company) => ConfiguredService;
};

/** Makes a service value from its definition. Throws when it handles a topic that its row does not consume. */
export function defineService<Context, Declared extends Variables = Record<never, never>>(
  spec: ServiceSpec<Context, Declared>,
): Service {
  const row = serviceRow(spec.name);
  const handles = spec.handles ?? [];
  const stray = handles.find(({ topic }) => !row.consumes.includes(topic));
  if (stray !== undefined)
    throw new Error(`${row.name} handles ${stray.topic}, which its row does not consume`);
  if (new Set(handles.map(({ topic }) => topic)).size !== handles.length)
    throw new Error(`${row.name} handles a topic twice: a message has one effect`);
  const isStored = row.stores.includes('postgres');
  if (
    !isStored &&
    ((spec.reacts ?? spec.wakes ?? spec.projects) !== undefined ||
      spec.routes?.some(({ idempotent }) => idempotent) === true)
  )
    throw new Error(`the row of ${row.name} has no postgres to keep events and answers in`);
  const refusals = { ...commonRefusals, ...spec.refusals };
  return {
    row,
    variables: { ...dependencyVariablesOf(row), ...callVariablesOf(row), ...spec.variables },
    survives: spec.survives ?? [],
    ...(spec.migrations === undefined ? {} : { migrations: spec.migrations }),
    refusals,
    projections: spec.projects ?? [],
    routes: [...(spec.routes ?? []), ...(hasLetters(spec, row) ? deadLetterRoutes(notOpen) : [])],
    handledTopics: handles.map(({ topic }) => topic),
    configure: (environment, company) => configure(spec, row, refusals, environment, company),
  };
}

function configure<Context, Declared extends Variables>(
  spec: ServiceSpec<Context, Declared>,
  row: ServiceRow,
  refusals: RefusalTable,
  environment: Environment,
  company: Company | undefined,
): ConfiguredService {
  const owner = company === undefined ? undefined : row.name;
  const urlVariables = dependencyVariablesOf(row);
  const calls = row.calls.filter(
    ({ to }) => company?.has(to) !== true || isSet(environment, callVariableOf(to)),
  );
  const originVariables = callVariablesOf({ ...row, calls });
  // Once over all of them, so that one error names everything that is missing.
  readConfig({ ...urlVariables, ...originVariables, ...spec.variables }, environment, owner);
  const urls = readConfig(urlVariables, environment, owner);
  const origins = readConfig(originVariables, environment, owner);
  // Without `variables`, Declared is the empty record.
  const config = readConfig(spec.variables ?? ({} as Declared), environment, owner);
  return {
    urlOf: (dependency) => {
      const url = urls[variableOf(dependency)];
      if (url === undefined) throw new Error(`the row of ${row.name} has no ${dependency}`);
      return url.reveal();
    },
    open: async (world) => {
      const addressOf = (callee: ServiceName): Address => {
        const origin = origins[callVariableOf(callee)];
        if (origin !== undefined) return { origin, host: new URL(origin).host };
        if (company?.has(callee) === true && row.calls.some(({ to }) => to === callee))
          return { origin: company.origin(), host: serviceRow(callee).objectName };
        throw new Error(`the row of ${row.name} declares no call to ${callee}`);
      };
      const context = await spec.open({ ...world, config, addressOf });
      const decisions: Decisions = {
        handle: async (event) =>
          spec.handles?.find(({ topic }) => topic === event.topic)?.handle(event, context),
        reactions: (spec.reacts ?? []).map(({ name, react }) => ({
          name,
          react: (event: StoredEvent) => react(event, context),
        })),
      };
      return {
        ...decisions,
        upgrade: spec.upgrades?.(context),
        listener: await toListener(spec, refusals, context, decisions, world),
        wakes: (spec.wakes ?? []).map(({ name, wake }) => ({
          name,
          wake: (timer: Timer) => wake(timer, context),
        })),
        close: async () => spec.close?.(context),
      };
    },
  };
}

// Express and helmet are imported only by a service that has routes: a proxy or static files start without them.
async function toListener<Context, Declared extends Variables>(
  spec: ServiceSpec<Context, Declared>,
  refusals: RefusalTable,
  context: Context,
  decisions: Decisions,
  { log, metrics, stores, pause }: Pick<Opening<Variables>, 'log' | 'metrics' | 'stores' | 'pause'>,
): Promise<RequestListener> {
  if (spec.listener !== undefined) return spec.listener(context);
  const { createApp } = await import('./http/app.ts');
  const row = serviceRow(spec.name);
  const store = row.stores.includes('postgres') ? stores.events() : undefined;
  const letters =
    store !== undefined && hasLetters(spec, row)
      ? deadLetterRoutes(() => deskOf(row.objectName, decisions, store, { pause, log, metrics }))
      : [];
  return createApp({
    routes: [...(spec.routes ?? []), ...letters],
    context,
    refusals,
    ...(store === undefined ? {} : { store }),
    pause,
    onError: (error, request) =>
      log.error({ error: describeError(error), path: request.url }, 'a handler failed'),
  });
}

// Only a consumer that keeps receipts can give a message up.
function hasLetters<Context, Declared extends Variables>(
  { handles = [], reacts = [] }: ServiceSpec<Context, Declared>,
  { stores }: ServiceRow,
): boolean {
  return stores.includes('postgres') && handles.length + reacts.length > 0;
}

function notOpen(): never {
  throw new Error('the service is not open');
}

function isSet(environment: Environment, name: string): boolean {
  return (environment[name] ?? '') !== '';
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
