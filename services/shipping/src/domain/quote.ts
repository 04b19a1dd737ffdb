import type { StockLine } from '@ecommercestack/contracts/events/order-flow';
import type { Money } from '@ecommercestack/contracts/money';

export type Quote = { readonly carrier: string; readonly price: Money; readonly days: number };

type Zone = {
  readonly carrier: string;
  readonly first: number;
  readonly more: number;
  readonly days: number;
};

const domestic: Zone = { carrier: 'Landpost', first: 490, more: 50, days: 2 };
const union: Zone = { carrier: 'Eurofreight', first: 990, more: 120, days: 4 };
const world: Zone = { carrier: 'Globeway', first: 2490, more: 400, days: 9 };

const unionCountries = new Set(
  'AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);
const worldCountries = new Set('AU BR CA CH GB IN IS JP KR MX NO NZ SG US ZA'.split(' '));

/** Carrier, price in EUR and days to a country; undefined when nobody goes there. */
export function quoteOf(country: string, items: readonly StockLine[]): Quote | undefined {
  const zone = zoneOf(country);
  if (zone === undefined) return undefined;
  const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const minor = String(zone.first + zone.more * Math.max(0, pieces - 1));
  return { carrier: zone.carrier, price: { currency: 'EUR', minor }, days: zone.days };
}

function zoneOf(country: string): Zone | undefined {
  if (country === 'DE') return domestic;
  if (unionCountries.has(country)) return union;
  return worldCountries.has(country) ? world : undefined;
}
