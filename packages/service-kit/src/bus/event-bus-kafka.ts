import type { Topic } from '@ecommercestack/contracts/topology';
import type { Consumer, EachBatchPayload, Kafka, Producer } from 'kafkajs';
import { once } from '../once.ts';
import type { Log } from '../telemetry/log.ts';
import { parseRecord, toRecord } from './cloud-event.ts';
import type { BusEvent, EventBus, Subscription, SubscriptionSpec } from './event-bus.ts';
import { askBrokers } from './kafka-probe.ts';
import { quietIdleConnections } from './kafkajs-idle.ts';

const heartbeatMs = 3000;
const connectTimeoutMs = 3000;

/**
 * The bus on Kafka. The driver is imported and connected on first use, so a service that only declares the bus pays
 * for a small question to a broker per readiness check. A producer is idempotent and waits for all in-sync replicas.
 */
export function createKafkaBus(brokers: readonly string[], clientId: string, log: Log): EventBus {
  const driver = once(() => loadDriver(brokers, clientId, log));
  const producer = once(async (): Promise<Producer> => {
    const client = (await driver.get()).producer({ idempotent: true, maxInFlightRequests: 1 });
    await client.connect();
    return client;
  });
  const subscriptions = new Set<Subscription>();
  return {
    publish: async (events) => {
      const client = await producer.get();
      for (const { topic, batch } of byTopic(events))
        await client.send({ topic, acks: -1, messages: batch.map(toRecord) });
    },
    subscribe: async (spec) => {
      const consumer = (await driver.get()).consumer(consumerOptions(spec));
      const subscription = await consume(consumer, spec, log);
      subscriptions.add(subscription);
      return subscription;
    },
    ping: () => askBrokers(brokers, connectTimeoutMs),
    close: async () => {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      await (await producer.made())?.disconnect();
    },
  };
}

async function loadDriver(brokers: readonly string[], clientId: string, log: Log): Promise<Kafka> {
  const { Kafka: Driver, logLevel } = (await import('kafkajs')).default;
  quietIdleConnections();
  return new Driver({
    clientId,
    brokers: [...brokers],
    connectionTimeout: connectTimeoutMs,
    requestTimeout: 10_000,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => log.warn({ kafka: entry.namespace }, entry.log.message),
  });
}

function consumerOptions(spec: SubscriptionSpec) {
  return {
    groupId: spec.group,
    heartbeatInterval: heartbeatMs,
    sessionTimeout: 30_000,
    // Whatever made a consumer stop, it starts again: a silent one is the worst kind of outage.
    retry: { restartOnFailure: async () => true },
  };
}

async function consume(consumer: Consumer, spec: SubscriptionSpec, log: Log): Promise<Subscription> {
  await consumer.connect();
  await consumer.subscribe({ topics: [...spec.topics], fromBeginning: true });
  await consumer.run({
    autoCommit: true,
    eachBatchAutoResolve: false,
    eachBatch: (batch) => handleBatch(batch, spec, log),
  });
  return {
    stop: async () => {
      await consumer.stop();
      await consumer.disconnect();
    },
  };
}

async function handleBatch(payload: EachBatchPayload, spec: SubscriptionSpec, log: Log): Promise<void> {
  const { batch } = payload;
  const topic = spec.topics.find((wanted) => wanted === batch.topic);
  if (topic === undefined) return;
  for (const message of batch.messages) {
    if (!payload.isRunning() || payload.isStale()) return;
    const event = parseRecord(topic, message);
    if (event === undefined)
      log.error({ topic, offset: message.offset }, 'a record that is no event is skipped');
    else
      await withHeartbeats(
        () => payload.heartbeat(),
        () => spec.handle(event),
      );
    payload.resolveOffset(message.offset);
    await payload.commitOffsetsIfNecessary();
    await payload.heartbeat();
  }
}

// A slow handler must not look like a dead member: that makes the group rebalance for ever.
async function withHeartbeats(heartbeat: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {
    heartbeat().catch(() => {});
  }, heartbeatMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

function byTopic(events: readonly BusEvent[]): { topic: Topic; batch: BusEvent[] }[] {
  const batches: { topic: Topic; batch: BusEvent[] }[] = [];
  for (const event of events) {
    const last = batches.at(-1);
    if (last?.topic === event.topic) last.batch.push(event);
    else batches.push({ topic: event.topic, batch: [event] });
  }
  return batches;
}
