import type { EventBus } from './bus/event-bus.ts';
import type { Clock } from './domain/clock.ts';
import type { Ids } from './domain/ids.ts';
import type { Pause } from './domain/pause.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** What the services of a process share: its sources of time, names and waiting, and where it tells of itself. */
export type World = {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly pause: Pause;
  readonly memoryBus: () => Promise<EventBus>;
};
