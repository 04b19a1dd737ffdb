import { serviceNames } from '@ecommercestack/contracts/topology';
import type { Service } from '@ecommercestack/service-kit';
import { startTestService } from '@ecommercestack/service-kit/testing';
import { request } from 'undici';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  findKafka,
  findMongo,
  findPostgres,
  findRedis,
} from '../../packages/service-kit/test/servers/find.ts';
import type { Found } from '../../packages/service-kit/test/servers/server.ts';

const found: Record<string, Found> = {
  DATABASE_URL: await findPostgres(),
  MONGODB_URL: await findMongo(),
  REDIS_URL: await findRedis(),
  KAFKA_BROKERS: await findKafka(),
};
const missing = Object.values(found).flatMap((one) => ('missing' in one ? [one.missing] : []));
const servers = Object.entries(found).flatMap(([name, one]) =>
  'server' in one ? [{ name, ...one.server }] : [],
);

afterAll(() => Promise.all(servers.map(({ stop }) => stop())));

if (missing.length > 0) test.skip(`services on real stores: ${missing.join('; ')}`, () => {});
else {
  const environment = Object.fromEntries(servers.map(({ name, url }) => [name, url]));
  // Two replicas each: they race for the schema, the indexes and the demo catalogue.
  const start = async (service: Service) => {
    const running = await startTestService(service, { ...environment, SEED_DEMO: 'true' });
    onTestFinished(() => running.stop());
    return running.url;
  };

  describe.each(serviceNames)('%s on real stores', (name) => {
    test('two replicas that start together are ready, and say so of every store', async () => {
      const { service } = (await import(`../${name}/src/service.ts`)) as { service: Service };
      for (const url of await Promise.all([start(service), start(service)])) {
        const { statusCode, body } = await request(`${url}/ready`);
        expect({ statusCode, body: await body.json() }).toMatchObject({
          statusCode: 200,
          body: { status: 'ready' },
        });
      }
    });
  });

  test('the demo catalogue is there once', async () => {
    const { service } = (await import('../product/src/service.ts')) as { service: Service };
    const { body } = await request(`${await start(service)}/products?limit=100`);
    expect(await body.json()).toMatchObject({ items: { length: 24 }, nextCursor: null });
  });

  test('a list in PostgreSQL answers an empty page', async () => {
    const { service } = (await import('../order/src/service.ts')) as { service: Service };
    const { body } = await request(`${await start(service)}/orders`);
    expect(await body.json()).toEqual({ items: [], nextCursor: null });
  });
}
