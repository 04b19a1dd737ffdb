import type { Position, RowWrite, StoredEvent } from '../store/event-store.ts';
import type { RelationalStore } from '../store/relational-store.ts';
import type { Identified, TableSpec } from '../store/table.ts';

/** Rows as they are after the events so far. */
export type Rows = {
  readonly get: <Row extends Identified>(table: TableSpec<Row>, id: string) => Promise<Row | undefined>;
};

/**
 * Rows that follow from a service's own events, some moments behind them. To make them again from the first event on,
 * give the projection and its tables new names: during a rollout the old version goes on writing the old ones.
 */
export type Projection = {
  /** Unique within the service; its place in the log is remembered under it. */
  readonly name: string;
  /** The rows that one more event changes. It depends on the event and on `rows` alone, so that it can be repeated. */
  readonly project: (event: StoredEvent, rows: Rows) => Promise<readonly RowWrite[]>;
};

/**
 * Brings a projection forward, as the handler of its follower. The rows of a batch and the place behind it are one
 * commit, so no event counts twice; who finds the place elsewhere has lost the lead and begins with it again.
 */
export function createProjector({ project }: Projection, follower: string, tables: RelationalStore) {
  return async (events: readonly StoredEvent[], from: Position): Promise<void> => {
    const last = events.at(-1);
    if (last === undefined) return;
    const ahead = new Map<string, RowWrite>();
    const rows: Rows = {
      get: async (table, id) => {
        const written = ahead.get(keyOf(table.name, id));
        return written === undefined ? tables.table(table).get(id) : table.schema.parse(written.row);
      },
    };
    for (const event of events)
      for (const write of await project(event, rows)) ahead.set(keyOf(write.table, write.row.id), write);
    const progress = { name: follower, from, to: last.position };
    const { outcome } = await tables.events.commit({ rows: [...ahead.values()], progress });
    if (outcome !== 'committed') throw new Error(`the rows of ${follower} are ${outcome}`);
  };
}

function keyOf(table: string, id: string): string {
  return JSON.stringify([table, id]);
}
