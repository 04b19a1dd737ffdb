import { afterAll, describe, test } from 'vitest';
import { createMongoDocuments } from '../../src/store/document-mongodb.ts';
import { awaySuite } from '../servers/away.suite.ts';
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
  });

  describe('MongoDB that comes and goes', () => {
    awaySuite(new URL(found.server.url), (url) => createMongoDocuments(url, 'contract'));
  });
}
