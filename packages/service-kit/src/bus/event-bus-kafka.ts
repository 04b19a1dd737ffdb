import type { Consumer, EachBatchPayload, Kafka, KafkaMessage, Producer } from 'kafkajs';
import { inLanes } from '../events/lanes.ts';
import { once } from '../once.ts';
import type { Log } from '../telemetry/log.ts';
import { parseRecord, toRecord, toUnreadable } from './cloud-event.ts';
import type { EventBus, Subscription, SubscriptionSpec } from './event-bus.ts';
import { askBrokers } from './kafka-probe.ts';
import { quietIdleConnections } from './kafkajs-idle.ts';

const heartbeatMs = 3000;
const connectTimeoutMs = 3000;
// Keys of a batch that are handled side by side: one that waits must not hold up the others.
const lanes = 16;
const partitionsAtOnce = 3;

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
      const byTopic = Map.groupBy(events, ({ topic }) => topic);
      const topicMessages = [...byTopic].map(([topic, batch]) => ({ topic, messages: batch.map(toRecord) }));
      if (topicMessages.length > 0) await client.sendBatch({ acks: -1, topicMessages });
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
    partitionsConsumedConcurrently: partitionsAtOnce,
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
  const { topic: name, messages, partition } = payload.batch;
  const topic = spec.topics.find((wanted) => wanted === name);
  if (topic === undefined) return;
  const done = new Set<number>();
  const state = { next: 0 };
  const work = async (message: KafkaMessage, index: number): Promise<void> => {
    if (!payload.isRunning() || payload.isStale()) return;
    const event = parseRecord(topic, message);
    if (event !== undefined) await spec.handle(event);
    else if (spec.unreadable !== undefined) await spec.unreadable(toUnreadable(topic, partition, message));
    else log.error({ topic, offset: message.offset }, 'a record that is no event is skipped');
    done.add(index);
    // Keys overtake each other, offsets do not: what is not done stays behind the place that the group remembers.
    for (; done.has(state.next); state.next += 1) payload.resolveOffset(messages[state.next]?.offset ?? '');
  };
  await withHeartbeats(
    () => payload.heartbeat(),
    () => inLanes(messages, ({ key }) => String(key), lanes, work),
  );
  await payload.commitOffsetsIfNecessary();
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
