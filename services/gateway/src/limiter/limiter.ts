import type { Clock, KeyValueStore, Log } from '@ecommercestack/service-kit';
import { type Cells, createCells } from '../domain/limits/cells.ts';
import type { Charge, Standing } from '../domain/limits/rule.ts';
import { createAsker } from './asker.ts';
import { createLeases } from './leases.ts';

/** How limits are shared, and what holds while their store is away. */
export type Sharing = {
  readonly mode: 'Strict' | 'Fast';
  readonly withoutRedis: 'Local' | 'Refuse' | 'Admit';
};

/** What the limits say about one request, with a standing for each of its charges. */
export type Ruling = {
  readonly verdict: 'admitted' | 'refused' | 'unknown';
  readonly standings: readonly Standing[];
};

export type Limiter = {
  /** Counts a request against all of its charges or none. Answers without waiting wherever it can. */
  readonly decide: (charges: readonly Charge[], sharing: Sharing) => Ruling | Promise<Ruling>;
  /** Forgets what was counted under other rules. */
  readonly retain: (ids: ReadonlySet<string>) => void;
  /** Commands sent to the store so far. */
  readonly commands: () => number;
};

export type LimiterOptions = {
  readonly store: Pick<KeyValueStore, 'evaluate'>;
  readonly clock: Clock;
  readonly log: Log;
};

const free: Ruling = { verdict: 'admitted', standings: [] };

/** The limiter of one gateway: exact over all gateways through the store, by itself while the store is away. */
export function createLimiter(options: LimiterOptions): Limiter {
  const { clock } = options;
  const cells = createCells();
  const asker = createAsker(options);
  const leases = createLeases(asker, clock);
  return {
    decide: (charges, sharing) => {
      if (charges.length === 0) return free;
      const alone = () => decideAlone(cells, charges, sharing, clock.now());
      const ruling = leases.spend(charges, sharing.mode === 'Strict' ? 1 : mostHeld(charges));
      if (ruling === undefined) return alone();
      return ruling instanceof Promise ? ruling.catch(alone) : ruling;
    },
    retain: cells.retain,
    commands: asker.commands,
  };
}

// A two-hundredth of the tightest limit: two gateways that hold as much exceed no window by more than a hundredth.
function mostHeld(charges: readonly Charge[]): number {
  return charges.reduce((most, { rule }) => Math.min(most, Math.max(1, Math.floor(rule.limit / 200))), 1000);
}

function decideAlone(
  cells: Cells,
  charges: readonly Charge[],
  { withoutRedis }: Sharing,
  now: number,
): Ruling {
  if (withoutRedis === 'Admit') return free;
  if (withoutRedis === 'Refuse') return { verdict: 'unknown', standings: [] };
  const { granted, standings } = cells.take(charges, now);
  return { verdict: granted > 0 ? 'admitted' : 'refused', standings };
}
