import { randomUUID } from 'node:crypto';
import { createKafkaBus } from '../../packages/service-kit/src/bus/event-bus-kafka.ts';
import { silentLog } from '../../packages/service-kit/src/telemetry/log.ts';
import type { Poison } from './invariants.ts';

const consumers = ['inventory-service', 'payment-service', 'shipping-service'];

/** Publishes messages on the orders' topic that nobody can handle: of an unknown type, or with a payload that is none. */
export async function plantPoison(brokers: string, count: number): Promise<readonly Poison[]> {
  const bus = createKafkaBus(brokers.split(','), 'poison', silentLog);
  const events = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    topic: 'shop.order.v1' as const,
    key: randomUUID(),
    type: index % 2 === 0 ? 'NobodyKnows' : 'ReserveItems',
    source: 'poison',
    time: new Date().toISOString(),
    payload: { orderId: 'not an id', items: [{ sku: 'MUG-01', quantity: -1 }] },
  }));
  try {
    await bus.publish(events);
  } finally {
    await bus.close();
  }
  return events.map(({ id: event }) => ({ event, consumers }));
}
