import type { BusEvent } from './bus/event-bus.ts';
import type { Decisions } from './decisions.ts';
import { createDeadLetterDesk, type DeadLetterDesk } from './events/dead-letter-desk.ts';
import { createInbox, type Inbox, type InboxSpec } from './events/inbox.ts';
import type { EventStore, StoredEvent } from './store/event-store.ts';

type Means = Pick<InboxSpec, 'pause' | 'log' | 'metrics'>;

/** The inbox of a consumer in a store. */
export function inboxOf(consumer: string, store: EventStore, { pause, log, metrics }: Means): Inbox {
  return createInbox({ consumer, store, pause, log, metrics });
}

/** The consumer that a reaction of a service is. */
export function reactorOf(service: string, reaction: string): string {
  return `${service}/${reaction}`;
}

/** Where the dead letters of an open service are handled again: each by who gave it up. */
export function deskOf(
  service: string,
  decisions: Decisions,
  store: EventStore,
  means: Means,
): DeadLetterDesk {
  const bus = {
    name: service,
    inbox: inboxOf(service, store, means),
    // A letter of this consumer holds what the bus delivered; handlers check what is in it themselves.
    decide: (event: object) => decisions.handle(event as BusEvent),
  };
  const reactors = decisions.reactions.map(({ name, react }) => ({
    name: reactorOf(service, name),
    inbox: inboxOf(reactorOf(service, name), store, means),
    // A letter of this consumer holds the event that the reaction was asked about.
    decide: (event: object) => react(event as StoredEvent),
  }));
  return createDeadLetterDesk(store, [bus, ...reactors]);
}
