import type { ServiceRow, StoreName } from '@ecommercestack/contracts/topology';
import type { EventBus } from '../bus/event-bus.ts';
import { type Dependency, dependenciesOf } from '../config/row.ts';
import type { DocumentStore } from './document.ts';
import type { EventStore } from './event-store.ts';
import type { KeyValueStore } from './key-value.ts';
import type { RelationalStore } from './relational-store.ts';

/** The search engine of a service; this slice only asks whether it is there. */
export type SearchStore = { readonly ping: () => Promise<void>; readonly close: () => Promise<void> };

export type OpenStores = {
  readonly postgres?: RelationalStore;
  readonly mongodb?: DocumentStore;
  readonly redis?: KeyValueStore;
  readonly search?: SearchStore;
  readonly kafka?: EventBus;
};

/** The stores of one service, by what they are good for. Asking for one that its row lacks is a bug and throws. */
export type Stores = {
  readonly tables: () => RelationalStore;
  readonly events: () => EventStore;
  readonly documents: () => DocumentStore;
  readonly keyValues: () => KeyValueStore;
  readonly bus: () => EventBus;
};

export function toStores(row: ServiceRow, open: OpenStores): Stores {
  const declared = <Store>(store: Store | undefined, name: StoreName | 'kafka'): Store => {
    if (store !== undefined) return store;
    throw new Error(
      `the row of ${row.name} in topology.ts has: ${dependenciesOf(row).join(', ') || 'nothing'}; not ${name}`,
    );
  };
  return {
    tables: () => declared(open.postgres, 'postgres'),
    events: () => declared(open.postgres, 'postgres').events,
    documents: () => declared(open.mongodb, 'mongodb'),
    keyValues: () => declared(open.redis, 'redis'),
    bus: () => declared(open.kafka, 'kafka'),
  };
}

/** Everything that answers `ping`, by name. */
export function pingsOf(open: OpenStores): Map<Dependency, () => Promise<void>> {
  const pings = new Map<Dependency, () => Promise<void>>();
  for (const name of ['postgres', 'mongodb', 'redis', 'search', 'kafka'] as const) {
    const store = open[name];
    if (store !== undefined) pings.set(name, store.ping);
  }
  return pings;
}
