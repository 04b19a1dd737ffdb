export type GeoRule = { readonly mode: 'Allow' | 'Deny'; readonly countries: readonly string[] };

/** Whether a country is let in. One that is not known is let in only where countries are denied, not where they are listed. */
export function admitsCountry({ mode, countries }: GeoRule, country: string | undefined): boolean {
  const isListed = country !== undefined && countries.includes(country);
  return mode === 'Allow' ? isListed : !isListed;
}
