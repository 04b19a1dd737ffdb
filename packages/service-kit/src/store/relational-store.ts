import type { EventStore } from './event-store.ts';
import type { Identified, Table, TableSpec } from './table.ts';

/** Events and read models in a relational store. Tables of read models are made by migrations. */
export type RelationalStore = {
  readonly events: EventStore;
  readonly table: <Row extends Identified>(spec: TableSpec<Row>) => Table<Row>;
  /** Brings the tables up to date from a folder of SQL files. */
  readonly migrate: (folder: URL) => Promise<void>;
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
