import { afterAll, describe, expect, test } from 'vitest';
import { createMongoDocuments } from '../../src/store/document-mongodb.ts';
import { findMongo } from '../servers/find.ts';
import { documentSuite } from './document.suite.ts';

const found = await findMongo();

if ('missing' in found) test.skip(`documents in MongoDB: ${found.missing}`, () => {});
else {
  const store = createMongoDocuments(found.server.url, 'contract');
  afterAll(async () => {
    await store.close();
    await found.server.stop();
  });

  describe('documents in MongoDB', () => {
    documentSuite(() => store);

    test('a server that is away fails the ping, and does not hang it', async () => {
      const away = createMongoDocuments('mongodb://127.0.0.1:1', 'contract');
      await expect(away.ping()).rejects.toThrow();
      await away.close();
    });
  });
}
