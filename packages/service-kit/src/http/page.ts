import type { Page } from '@ecommercestack/contracts/page';

// Opaque to callers: it only says after which id to go on.
function toCursor(lastId: string): string {
  return Buffer.from(lastId, 'utf8').toString('base64url');
}

/** The id a cursor continues after, or undefined when it is not one of ours. */
export function parseCursor(cursor: string): string | undefined {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  return id !== '' && toCursor(id) === cursor ? id : undefined;
}

/** One page out of up to `limit + 1` rows: the extra row only tells that there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  id: (row: Row) => string,
  item: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(item), nextCursor: more ? toCursor(id(last)) : null };
}
