import type { Topic } from '@ecommercestack/contracts/topology';

/** One event as it travels: a CloudEvents 1.0 envelope. `key` is the aggregate's id and decides the order. */
export type BusEvent = {
  readonly id: string;
  readonly topic: Topic;
  readonly key: string;
  readonly type: string;
  readonly source: string;
  readonly time: string;
  readonly payload: unknown;
  readonly traceparent?: string;
};

export type Subscription = {
  /** Finishes the event in hand, commits it and leaves the group. */
  readonly stop: () => Promise<void>;
};

export type SubscriptionSpec = {
  /** Each event goes to exactly one member of a group, and to every group. */
  readonly group: string;
  readonly topics: readonly Topic[];
  /** Runs at least once per event, in order per key. A rejection means: deliver it again. */
  readonly handle: (event: BusEvent) => Promise<void>;
};

export type EventBus = {
  /** Resolves once every event is stored by the bus, in the order given. */
  readonly publish: (events: readonly BusEvent[]) => Promise<void>;
  readonly subscribe: (spec: SubscriptionSpec) => Promise<Subscription>;
  /** Rejects when the bus does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
