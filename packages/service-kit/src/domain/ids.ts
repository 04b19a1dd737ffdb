import { randomUUIDv7 } from 'node:crypto';

/** Source of new ids that rise with time, to the millisecond. */
export type Ids = { readonly next: () => string };

export const uuidv7: Ids = { next: () => randomUUIDv7() };
