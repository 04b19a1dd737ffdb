import { createServer } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
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
