import { readFile } from 'node:fs/promises';
import type { Log } from '@ecommercestack/service-kit';
import { Reader, type Response } from 'mmdb-lib';

/** Finds the country of an address, as an ISO 3166-1 alpha-2 code. */
export type Countries = { readonly of: (address: string) => string | undefined };

/** Countries from a database in MaxMind's format (GeoLite2, DB-IP …), read once. Throws when it is none. */
export async function openCountries(path: string, log: Log): Promise<Countries> {
  const reader = new Reader<Response>(await readFile(path));
  log.info({ path, type: reader.metadata.databaseType }, 'countries read');
  return {
    of: (address) => {
      const found = reader.get(address);
      if (found === null) return undefined;
      const country = 'country' in found ? found.country : undefined;
      const registered = 'registered_country' in found ? found.registered_country : undefined;
      return country?.iso_code ?? registered?.iso_code;
    },
  };
}
