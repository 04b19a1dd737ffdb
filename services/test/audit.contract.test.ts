import { randomUUID } from 'node:crypto';
import { type AuditView, auditViews } from '@ecommercestack/contracts/audit';
import { topology } from '@ecommercestack/contracts/topology';
import type { Service } from '@ecommercestack/service-kit';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createPostgres } from '../../packages/service-kit/src/store/sql-postgres.ts';
import { toTables } from '../../packages/service-kit/src/store/table-postgres.ts';
import { findPostgres } from '../../packages/service-kit/test/servers/find.ts';

const found = await findPostgres();

const column = z.object({ name: z.string(), type: z.string() });
const types: Readonly<Record<string, string>> = { timestamptz: 'timestamp with time zone' };

/** The services that keep events: they publish or consume, and have a database. */
const keepers = topology
  .filter(
    ({ stores, publishes, consumes }) =>
      stores.includes('postgres') && publishes.length + consumes.length > 0,
  )
  .map(({ name }) => name);

const columnsOf = `SELECT column_name AS name, data_type AS type FROM information_schema.columns
  WHERE table_schema = 'audit' AND table_name = $1 ORDER BY ordinal_position`;

if ('missing' in found) test.skip(`checker views: ${found.missing}`, () => {});
else {
  const { server } = found;
  afterAll(() => server.stop());

  /** Those of the views that a database has, after migrations were applied to it and nothing else. */
  const viewsIn = async (owner: string, migrations: URL | undefined, wanted: readonly AuditView[]) => {
    if (migrations === undefined) throw new Error(`${owner} has no migrations`);
    const admin = createPostgres(server.url, 'public', () => {});
    const database = `audit_${randomUUID().replaceAll('-', '')}`;
    await admin.execute(`CREATE DATABASE ${database}`);
    await admin.close();
    const url = new URL(server.url);
    url.pathname = `/${database}`;
    const store = createPostgres(url.href, owner, () => {});
    try {
      await toTables(store, owner).migrate(migrations);
      const views = wanted.map(async ({ name }) => {
        await store.execute(`SELECT * FROM audit.${name}`);
        return [name, await store.query(columnsOf, [name], column)];
      });
      return Object.fromEntries(await Promise.all(views));
    } finally {
      await store.close();
    }
  };
  const asTable = (views: readonly AuditView[]) =>
    Object.fromEntries(
      views.map(({ name, columns }) => [
        name,
        columns.map((one) => ({ name: one.name, type: types[one.type] ?? one.type })),
      ]),
    );

  describe.each(keepers)('%s', (name) => {
    test('has the checker views that the table says, column for column', async () => {
      const { service } = (await import(`../${name}/src/service.ts`)) as { service: Service };
      const views = auditViews.filter(({ of }) => of === 'every' || of === name);
      expect(await viewsIn(name, service.migrations, views)).toEqual(asTable(views));
    });
  });

  test('so has the simulated provider', async () => {
    const views = auditViews.filter(({ of }) => of === 'provider');
    const migrations = new URL('../payment/simulator/migrations/', import.meta.url);
    expect(await viewsIn('provider', migrations, views)).toEqual(asTable(views));
  });
}
