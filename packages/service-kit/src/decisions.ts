import type { BusEvent } from './bus/event-bus.ts';
import type { Effect, StoredEvent } from './store/event-store.ts';

/** What an open service decides about messages and about its own events. */
export type Decisions = {
  readonly handle: (event: BusEvent) => Promise<Effect | undefined>;
  readonly reactions: readonly { name: string; react: (event: StoredEvent) => Promise<Effect | undefined> }[];
};
