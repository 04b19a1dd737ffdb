import { randomUUIDv7 } from 'node:crypto';

/** Source of new ids, rising with time so that id order is creation order. */
export type Ids = { readonly next: () => string };

export const uuidv7: Ids = { next: () => randomUUIDv7() };
