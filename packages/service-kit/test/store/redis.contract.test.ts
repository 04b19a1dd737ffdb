import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, test } from 'vitest';
import { createRedisKeyValues } from '../../src/store/key-value-redis.ts';
import { awaySuite } from '../servers/away.suite.ts';
import { findRedis } from '../servers/find.ts';
import { keyValueSuite } from './key-value.suite.ts';

const found = await findRedis();

if ('missing' in found) test.skip(`key-values in Redis: ${found.missing}`, () => {});
else {
  const store = createRedisKeyValues(found.server.url, () => {});
  afterAll(async () => {
    await store.close();
    await found.server.stop();
  });

  describe('key-values in Redis', () => {
    // Redis keeps its own time: letting some of it go by is the only way to see a key expire.
    keyValueSuite(
      () => store,
      (milliseconds) => pause(milliseconds),
    );
  });

  describe('Redis that comes and goes', () => {
    awaySuite(new URL(found.server.url), (url) => createRedisKeyValues(url, () => {}));
  });
}
