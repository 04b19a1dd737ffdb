import type { z } from 'zod';

export type TableSpec<Row> = {
  readonly name: string;
  /** Fields; each is a column of that name in snake_case. `id` must be the text primary key. */
  readonly columns: readonly (keyof Row & string)[];
  readonly schema: z.ZodType<Row>;
};

/** Rows of one read model, by id. Lists are in id order. */
export type Table<Row> = {
  readonly list: (query: { after?: string; limit: number }) => Promise<readonly Row[]>;
  readonly get: (id: string) => Promise<Row | undefined>;
  /** Adds the row; false when the id is taken. */
  readonly insert: (row: Row) => Promise<boolean>;
};

/** Rows carry their own id. */
export type Identified = { readonly id: string };
