import type { z } from 'zod';

/** The messages of one topic: CloudEvents type → payload. */
export type MessageTable = Readonly<Record<string, z.ZodType>>;

/** One message of a table, told apart by its type. */
export type MessageOf<Table extends MessageTable> = {
  [Type in keyof Table & string]: { readonly type: Type; readonly data: z.output<Table[Type]> };
}[keyof Table & string];
