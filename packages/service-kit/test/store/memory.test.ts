import { describe } from 'vitest';
import { createMemoryDocuments } from '../../src/store/document-memory.ts';
import { createMemoryKeyValues } from '../../src/store/key-value-memory.ts';
import { createMemoryTables } from '../../src/store/table-memory.ts';
import { documentSuite } from './document.suite.ts';
import { eventStoreSuite } from './event-store.suite.ts';
import { keyValueSuite } from './key-value.suite.ts';
import { tableSuite } from './table.suite.ts';

describe('documents in memory', () => {
  const store = createMemoryDocuments();
  documentSuite(() => store);
});

describe('key-values in memory', () => {
  let now = 0;
  const store = createMemoryKeyValues({ now: () => now });
  keyValueSuite(
    () => store,
    async (milliseconds) => {
      now += milliseconds;
    },
  );
});

describe('tables in memory', () => {
  tableSuite(async () => createMemoryTables());
});

describe('the event store in memory', () => {
  let now = 0;
  eventStoreSuite(
    async () => createMemoryTables({ now: () => now }),
    async (milliseconds) => {
      now += milliseconds;
    },
  );
});
