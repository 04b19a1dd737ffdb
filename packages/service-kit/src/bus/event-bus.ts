import type { Topic } from '@ecommercestack/contracts/topology';

/** A record that is no event, as it was found: the value in base64, headers as text. */
export type UnreadableRecord = {
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
};

/** One event as it travels: a CloudEvents 1.0 envelope. `key` is the aggregate's id and decides the order. */
export type BusEvent = {
  readonly id: string;
  readonly topic: Topic;
  readonly key: string;
  readonly type: string;
  /** Version of the payload's shape; 1 when absent. */
  readonly revision?: number;
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
  /** Runs at least once for a record that is no event; without it such records are logged and passed by. */
  readonly unreadable?: (record: UnreadableRecord) => Promise<void>;
};

export type EventBus = {
  /** Resolves once every event is stored by the bus, in the order given. */
  readonly publish: (events: readonly BusEvent[]) => Promise<void>;
  readonly subscribe: (spec: SubscriptionSpec) => Promise<Subscription>;
  /** Rejects when the bus does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};
