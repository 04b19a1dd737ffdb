import type { z } from 'zod';

/** Statements on PostgreSQL; every row is checked by a schema before code sees it. */
export type Sql = {
  /** With a `name`, which must mean the same text everywhere, the statement is planned once a connection. */
  readonly query: <Row>(
    text: string,
    values: readonly unknown[],
    row: z.ZodType<Row>,
    name?: string,
  ) => Promise<Row[]>;
  readonly execute: (text: string, values?: readonly unknown[]) => Promise<number>;
};

export type SqlStore = Sql & {
  /** Runs `work` in one transaction; a rejection rolls back. */
  readonly transaction: <Result>(work: (sql: Sql) => Promise<Result>) => Promise<Result>;
  /**
   * Calls `heard` with the payload of every NOTIFY on the channel until the store closes, and with `''` whenever the
   * connection was lost and is there again: something may have been missed.
   */
  readonly listen: (channel: string, heard: (payload: string) => void) => Promise<void>;
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
