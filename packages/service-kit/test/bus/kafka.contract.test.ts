import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { Topic } from '@ecommercestack/contracts/topology';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { BusEvent, UnreadableRecord } from '../../src/bus/event-bus.ts';
import { createKafkaBus } from '../../src/bus/event-bus-kafka.ts';
import { askBrokers } from '../../src/bus/kafka-probe.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { awaySuite } from '../servers/away.suite.ts';
import { findKafka } from '../servers/find.ts';
import { busSuite } from './event-bus.suite.ts';

const found = await findKafka();

const anEvent = {
  id: '1',
  key: 'k',
  type: 'Tested',
  source: 'test-service',
  time: '2026-01-01T00:00:00.000Z',
  payload: null,
};

if ('missing' in found) test.skip(`the bus on Kafka: ${found.missing}`, () => {});
else {
  const bus = createKafkaBus(found.server.url.split(','), 'contract', silentLog);
  afterAll(async () => {
    await bus.close();
    await found.server.stop();
  });

  describe('the bus on Kafka', () => {
    busSuite(() => bus);

    test('a key that waits does not hold up the others, and its place is remembered', async () => {
      const topic: Topic = `shop.lanes-${randomUUID()}.v1`;
      const group = `lanes-${randomUUID()}`;
      const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
      await bus.publish(keys.map((key) => ({ ...anEvent, id: key, key, topic })));
      const gate = Promise.withResolvers<void>();
      const seen: string[] = [];
      const first = await bus.subscribe({
        group,
        topics: [topic],
        handle: async ({ key }) => {
          if (key === 'k0') await gate.promise;
          seen.push(key);
        },
      });
      await vi.waitFor(() => expect(seen.toSorted()).toEqual(keys.slice(1).toSorted()), 20_000);
      gate.reject(new Error('not now'));
      await first.stop();
      const again: string[] = [];
      const second = await bus.subscribe({
        group,
        topics: [topic],
        handle: async ({ key }) => {
          again.push(key);
        },
      });
      onTestFinished(() => second.stop());
      await vi.waitFor(() => expect(again).toContain('k0'), 20_000);
    });

    test('a record that is no event is handed over as it was found, and the next ones come', async () => {
      const topic: Topic = `shop.unreadable-${randomUUID()}.v1`;
      const { Kafka: Driver, logLevel } = (await import('kafkajs')).default;
      const driver = new Driver({ brokers: found.server.url.split(','), logLevel: logLevel.NOTHING });
      const producer = driver.producer();
      await producer.connect();
      onTestFinished(() => producer.disconnect());
      await producer.send({ topic, messages: [{ key: 'k', value: 'not JSON', headers: { ce_id: 'x' } }] });
      await bus.publish([{ ...anEvent, topic }]);
      const [seen, unreadable]: [BusEvent[], UnreadableRecord[]] = [[], []];
      const subscription = await bus.subscribe({
        group: `unreadable-${randomUUID()}`,
        topics: [topic],
        handle: async (event) => {
          seen.push(event);
        },
        unreadable: async (record) => {
          unreadable.push(record);
        },
      });
      onTestFinished(() => subscription.stop());
      await vi.waitFor(() => expect(seen).toHaveLength(1), 20_000);
      const value = Buffer.from('not JSON').toString('base64');
      expect(unreadable).toEqual([
        { topic, partition: expect.any(Number), offset: '0', key: 'k', value, headers: { ce_id: 'x' } },
      ]);
    });

    test('while nothing happens, it sets no timers in a loop', async () => {
      await bus.publish([{ ...anEvent, topic: 'shop.idle.v1' }]);
      const timers = vi.spyOn(globalThis, 'setTimeout');
      onTestFinished(() => timers.mockRestore());
      await new Promise<void>((resolve) => {
        const startedAt = performance.now();
        const timer = setInterval(() => {
          if (performance.now() - startedAt < 300) return;
          clearInterval(timer);
          resolve();
        }, 50);
      });
      expect(timers.mock.calls.length).toBeLessThan(30);
    });
  });

  describe('brokers that come and go', () => {
    awaySuite(new URL(`kafka://${found.server.url}`), (url) =>
      createKafkaBus([new URL(url).host], 'contract', silentLog),
    );

    test('a server that is no broker fails the ping', async () => {
      const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => {
        server.close();
      });
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('not listening on a port');
      await expect(askBrokers([`127.0.0.1:${address.port}`], 1000)).rejects.toThrow('no broker answers');
    });
  });
}
