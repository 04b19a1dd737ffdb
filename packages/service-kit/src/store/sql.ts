import type { z } from 'zod';

/** Statements on PostgreSQL; every row is checked by a schema before code sees it. */
export type Sql = {
  readonly query: <Row>(text: string, values: readonly unknown[], row: z.ZodType<Row>) => Promise<Row[]>;
  readonly execute: (text: string, values?: readonly unknown[]) => Promise<number>;
};

export type SqlStore = Sql & {
  /** Runs `work` in one transaction; a rejection rolls back. */
  readonly transaction: <Result>(work: (sql: Sql) => Promise<Result>) => Promise<Result>;
  /** Rejects when the store does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
