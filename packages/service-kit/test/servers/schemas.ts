import { randomUUID } from 'node:crypto';
import { afterAll, afterEach } from 'vitest';
import type { SqlStore } from '../../src/store/sql.ts';
import { createPostgres } from '../../src/store/sql-postgres.ts';
import type { Server } from './server.ts';

/** Opens stores on schemas of their own; each is closed after its test, and the server stops after the last one. */
export function schemasOn(server: Server): (schema?: string) => { store: SqlStore; schema: string } {
  const opened: SqlStore[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });
  afterAll(() => server.stop());
  return (schema = `contract_${randomUUID().replaceAll('-', '')}`) => {
    const store = createPostgres(server.url, schema, () => {});
    opened.push(store);
    return { store, schema };
  };
}
