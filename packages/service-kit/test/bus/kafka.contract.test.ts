import { afterAll, describe, expect, test } from 'vitest';
import { createKafkaBus } from '../../src/bus/event-bus-kafka.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { findKafka } from '../servers/find.ts';
import { busSuite } from './event-bus.suite.ts';

const found = await findKafka();

if ('missing' in found) test.skip(`the bus on Kafka: ${found.missing}`, () => {});
else {
  const bus = createKafkaBus(found.server.url.split(','), 'contract', silentLog);
  afterAll(async () => {
    await bus.close();
    await found.server.stop();
  });

  describe('the bus on Kafka', () => {
    busSuite(() => bus);

    test('brokers that are away fail the ping, and do not hang it', async () => {
      const away = createKafkaBus(['127.0.0.1:1'], 'contract', silentLog);
      await expect(away.ping()).rejects.toThrow();
      await away.close();
    });
  });
}
