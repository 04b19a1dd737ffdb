import type { Random } from '../random.ts';

export type Attack = {
  /** Chains whose last entry, the one that the proxy saw, is always the same. */
  readonly invented: readonly string[];
  readonly oneNetwork: readonly string[];
  readonly withoutRedis: readonly string[];
};

const invented = 10_000;
const oneNetwork = 65_536;

/** What attackers say about where they are, with one true place each; a part of it where one failure is enough. */
export function drawAddresses(random: Random, part: number): Attack {
  const octet = () => random.integer(0, 255);
  const anything = () =>
    random.pick([
      `10.${octet()}.${octet()}.${octet()}`,
      `2001:db8:${octet().toString(16)}::${octet()}`,
      `"[2001:db8::${octet()}]:${octet()}"`,
      'unknown',
      '',
      `_hidden${octet()}`,
      '127.0.0.1',
    ]);
  const chain = (last: string) =>
    [...Array.from({ length: random.integer(0, 4) }, anything), last].join(', ');
  const prefix = `2001:db8:${octet().toString(16)}:${octet().toString(16)}`;
  return {
    invented: Array.from({ length: invented * part }, () => chain('203.0.113.9')),
    oneNetwork: Array.from({ length: oneNetwork * part }, (_, index) => `${prefix}:${index.toString(16)}::1`),
    withoutRedis: Array.from({ length: 2000 }, () => chain('203.0.113.10')),
  };
}
