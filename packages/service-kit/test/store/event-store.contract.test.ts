import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { commitStatement } from '../../src/store/commit-statement.ts';
import { type Commit, type EventStore, origin, rowWrite } from '../../src/store/event-store.ts';
import type { Sql, SqlStore } from '../../src/store/sql.ts';
import { toTables } from '../../src/store/table-postgres.ts';
import { findPostgres } from '../servers/find.ts';
import { schemasOn } from '../servers/schemas.ts';
import { append, eventStoreSuite, migrations, readAll, visitors } from './event-store.suite.ts';

const found = await findPostgres();

/** A transaction that has done `work` and stays open until it is ended. */
async function held(store: SqlStore, work: (sql: Sql) => Promise<unknown>) {
  const done = Promise.withResolvers<void>();
  const decision = Promise.withResolvers<void>();
  const ended = store.transaction(async (sql) => {
    await work(sql);
    done.resolve();
    await decision.promise;
  });
  await Promise.race([done.promise, ended]);
  return {
    commit: async () => {
      decision.resolve();
      await ended;
    },
    rollBack: async () => {
      decision.reject(new Error('changed my mind'));
      await expect(ended).rejects.toThrow('changed my mind');
    },
  };
}

function run(sql: Sql, commit: Commit) {
  const { text, values } = commitStatement(commit);
  return sql.query(text, values, z.unknown());
}

if ('missing' in found) test.skip(`the event store on PostgreSQL: ${found.missing}`, () => {});
else {
  const { server } = found;
  const open = schemasOn(server);

  describe('the event store on PostgreSQL', () => {
    eventStoreSuite(
      async () => {
        const { store, schema } = open();
        return toTables(store, schema);
      },
      (milliseconds) => pause(milliseconds),
    );
  });

  describe('the order of all events on PostgreSQL', () => {
    let sql: SqlStore;
    let schema: string;
    let events: EventStore;

    beforeEach(async () => {
      ({ store: sql, schema } = open());
      const tables = toTables(sql, schema);
      await tables.migrate(migrations);
      events = tables.events;
    });

    const payloads = async () => (await readAll(events)).map(({ payload }) => payload);

    test('nothing is shown that an open transaction could still come before', async () => {
      const slow = await held(sql, (open) => run(open, { appends: [append('slow', 0, 'slow')] }));
      await events.commit({ appends: [append('fast', 0, 'fast')] });
      expect(await payloads()).toEqual([]);
      const follow = { name: 'f', owner: 'me', leaseMs: 1000, limit: 10 };
      expect(await events.follow(follow)).toMatchObject({ leads: true, events: [], waiting: true });
      await slow.commit();
      expect(await payloads()).toEqual(['slow', 'fast']);
      expect(await events.follow(follow)).toMatchObject({ events: [{}, {}], waiting: false });
    });

    test('a number drawn early and committed late is not skipped', async () => {
      const early = await held(sql, async (open) => {
        await open.query('SELECT pg_current_xact_id()', [], z.unknown());
      });
      await events.commit({ appends: [append('a', 0, 1)] });
      await early.commit();
      const [first] = await readAll(events);
      const second = await held(sql, (open) => run(open, { appends: [append('b', 0, 2)] }));
      const third = await held(sql, (open) => run(open, { appends: [append('c', 0, 3)] }));
      await third.commit();
      expect(await readAll(events, first?.position)).toEqual([]);
      await second.commit();
      expect((await readAll(events, first?.position)).map(({ payload }) => payload)).toEqual([2, 3]);
    });

    test('an insert that is rolled back leaves a hole that nobody waits for', async () => {
      await events.commit({ appends: [append('a', 0, 1)] });
      const undone = await held(sql, (open) => run(open, { appends: [append('b', 0, 'never')] }));
      await events.commit({ appends: [append('a', 1, 2)] });
      await undone.rollBack();
      expect(await payloads()).toEqual([1, 2]);
    });

    test('a transaction that reads delays nobody', async () => {
      const reading = await held(sql, (open) => open.query('SELECT count(*) FROM events', [], z.unknown()));
      await events.commit({ appends: [append('a', 0, 1)] });
      expect(await payloads()).toEqual([1]);
      await reading.commit();
    });

    test('an older transaction cannot put an event behind a newer one of its stream', async () => {
      await sql
        .transaction(async (older) => {
          await older.query('SELECT pg_current_xact_id()', [], z.unknown());
          await events.commit({ appends: [append('a', 0, 1)] });
          await expect(run(older, { appends: [append('a', 1, 2)] })).rejects.toThrow(
            'null value in column "version"',
          );
          throw new Error('changed my mind');
        })
        .catch((error: unknown) => expect(String(error)).toContain('changed my mind'));
      expect(await payloads()).toEqual([1]);
    });

    test('a commit waits for one of the same stream that is under way', async () => {
      const first = await held(sql, (open) => run(open, { appends: [append('a', 0, 'first')] }));
      const second = events.commit({ appends: [append('a', 0, 'second')] });
      await first.commit();
      expect(await second).toEqual({ outcome: 'stale' });
      const third = await held(sql, (open) => run(open, { appends: [append('a', 1, 'third')] }));
      const fourth = events.commit({ appends: [append('a', 1, 'fourth')] });
      await third.rollBack();
      expect(await fourth).toEqual({ outcome: 'committed' });
      expect(await payloads()).toEqual(['first', 'fourth']);
    });

    test('a row that breaks a constraint forbids the whole commit', async () => {
      await sql.execute('ALTER TABLE visitors ADD CONSTRAINT never_negative CHECK (visits >= 0)');
      const rows = [rowWrite(visitors, { id: '1', fullName: 'Ada', visits: -1 })];
      expect(await events.commit({ appends: [append('a', 0, 1)], rows })).toEqual({
        outcome: 'forbidden',
        constraint: 'never_negative',
      });
      expect(await payloads()).toEqual([]);
    });

    test('a stale stream shows before a row that breaks a constraint', async () => {
      await sql.execute('ALTER TABLE visitors ADD CONSTRAINT never_negative CHECK (visits >= 0)');
      await events.commit({ appends: [append('a', 0, 1)] });
      const rows = [rowWrite(visitors, { id: '1', fullName: 'Ada', visits: -1 })];
      expect(await events.commit({ appends: [append('a', 0, 2)], rows })).toEqual({ outcome: 'stale' });
    });

    test('other processes are woken, and a leader that is alone sends no notice', async () => {
      const other = toTables(open(schema).store, schema).events;
      const wake = vi.fn();
      await other.listen('events', wake);
      await vi.waitFor(() => expect(wake).toHaveBeenCalled());
      wake.mockClear();
      await events.commit({ appends: [append('a', 0, 1)] });
      await vi.waitFor(() => expect(wake).toHaveBeenCalled());
      const notices = vi.spyOn(sql, 'execute');
      await events.follow({ name: 'f', owner: 'me', leaseMs: 1000, limit: 10 });
      await events.commit({ appends: [append('a', 1, 1)] });
      expect(notices).not.toHaveBeenCalled();
    });

    test('a store that was restored into another server keeps its order, and its followers their places', async () => {
      const tables = toTables(sql, schema);
      await events.commit({ appends: [append('a', 0, 1, 2), append('b', 0, 3)] });
      await events.commit({ appends: [append('a', 2, 4)] });
      const third = (await readAll(events))[2]?.position ?? origin;
      await events.commit({ progress: { name: 'half', from: origin, to: third } });
      await events.follow({ name: 'new', owner: 'me', leaseMs: 1000, limit: 1 });
      // What a restore brings: transaction ids that this server has not come to yet.
      await sql.execute('UPDATE events SET tx = (tx::text::bigint + 1000000000)::text::xid8');
      await sql.execute(
        "UPDATE followers SET tx = (tx::text::bigint + 1000000000)::text::xid8 WHERE name = 'half'",
      );
      expect(await payloads()).toEqual([]);
      await Promise.all([
        tables.migrate(migrations),
        toTables(open(schema).store, schema).migrate(migrations),
      ]);
      await events.commit({ appends: [append('a', 3, 5)] });
      expect(await payloads()).toEqual([1, 2, 3, 4, 5]);
      const follow = { owner: 'me', leaseMs: 1000, limit: 9 };
      expect(await events.follow({ ...follow, name: 'half' })).toMatchObject({
        events: [{ payload: 4 }, { payload: 5 }],
      });
      expect(await events.follow({ ...follow, name: 'new' })).toMatchObject({
        from: origin,
        events: { length: 5 },
      });
      await tables.migrate(migrations);
      expect(await payloads()).toEqual([1, 2, 3, 4, 5]);
    });

    test('every step is one statement', async () => {
      const query = vi.spyOn(sql, 'query');
      const execute = vi.spyOn(sql, 'execute');
      await events.follow({ name: 'f', owner: 'me', leaseMs: 1000, limit: 10 });
      await events.load('a');
      await events.commit({
        appends: [append('a', 0, 1), append('b', 0, 1, 2)],
        rows: [rowWrite(visitors, { id: '1', fullName: 'Ada', visits: 1 })],
        snapshots: [{ stream: 'a', version: 1, revision: 1, state: {} }],
        receipt: { consumer: 'c', event: 'e' },
        answer: { scope: 's', key: 'k', fingerprint: 'f', status: 201, headers: {}, body: '{}' },
        progress: { name: 'g', from: origin, to: origin },
      });
      expect(query).toHaveBeenCalledTimes(3);
      expect(execute).not.toHaveBeenCalled();
    });
  });
}
