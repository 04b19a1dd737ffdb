import type { BusEvent, EventBus } from '../bus/event-bus.ts';
import type { StoredEvent } from '../store/event-store.ts';

/**
 * Publishes the published ones of stored events, in their order, and resolves once the bus has them all. As the handler
 * of a follower it is the outbox relay: what was published and not remembered is published again under the same ids.
 */
export function createRelay(bus: EventBus, source: string) {
  return async (events: readonly StoredEvent[]): Promise<void> => {
    const published = events.flatMap((event) => toBusEvent(event, source) ?? []);
    if (published.length > 0) await bus.publish(published);
  };
}

function toBusEvent(event: StoredEvent, source: string): BusEvent | undefined {
  if (event.publish === undefined) return undefined;
  const { id, type, revision, time, payload, traceparent, publish } = event;
  const { topic, key } = publish;
  const message = { id, topic, key, type, revision, source, time, payload };
  return traceparent === undefined ? message : { ...message, traceparent };
}
