/** What a query may name. */
export type QueryPlaces = Readonly<
  Record<'service' | 'deployment' | 'revision' | 'stack' | 'namespace', string>
>;

/** The query for one revision: places such as `{{deployment}}` filled in, those that it does not know left as they are. */
export function filledQuery(query: string, places: QueryPlaces): string {
  return query.replace(/\{\{\s*([a-z]+)\s*\}\}/g, (all, name: string) =>
    Object.hasOwn(places, name) ? places[name as keyof QueryPlaces] : all,
  );
}
