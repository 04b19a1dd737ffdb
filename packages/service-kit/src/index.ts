export type { BusEvent, EventBus } from './bus/event-bus.ts';
export { accepted, readMessage } from './bus/read-message.ts';
export { ConfigError } from './config/read.ts';
export { Secret } from './config/secret.ts';
export { flag, variable, wholeNumber } from './config/variable.ts';
export { describe, type ServiceDescription } from './describe.ts';
export type { Clock } from './domain/clock.ts';
export { type Decider, evolveAll } from './domain/decider.ts';
export type { Ids } from './domain/ids.ts';
export type { Pause } from './domain/pause.ts';
export { ok, type Refusal, type Result, refuse, refused } from './domain/result.ts';
export type { Workflow } from './domain/workflow.ts';
export {
  type Held,
  openStreams,
  type StreamFamily,
  type Streams,
  saying,
  together,
} from './events/streams.ts';
export { type Called, callJson } from './http/call.ts';
export { isBelow } from './http/dispatch.ts';
export { isNotModified, parseIfMatch, toEtag } from './http/etag.ts';
export { exchangeOf, onwardHeaders, pathOf } from './http/exchange.ts';
export { parseCursor, toPage } from './http/page.ts';
export {
  type CommonRefusal,
  commonRefusals,
  type RefusalTable,
  sendProblem,
  toProblem,
} from './http/problem.ts';
export { listRoutes, readOnlyRoutes } from './http/read-only.ts';
export { type Answer, type Route, routesWith } from './http/route.ts';
export { exitUsage, run, runAll } from './run.ts';
export { type Address, defineService, type Opening, type Service } from './service.ts';
export { systemClock } from './sources.ts';
export type { AtomicScript } from './store/atomic-script.ts';
export { openRelational } from './store/create.ts';
export type { DocumentCollection, DocumentStore, Stored } from './store/document.ts';
export { type Effect, type EventStore, rowWrite, type StoredEvent, type Timer } from './store/event-store.ts';
export type { KeyValueStore } from './store/key-value.ts';
export type { RelationalStore } from './store/relational-store.ts';
export type { Table, TableSpec } from './store/table.ts';
export { Unavailable } from './store/unavailable.ts';
export { createLog, type Log } from './telemetry/log.ts';
export type { Metrics } from './telemetry/metrics.ts';
