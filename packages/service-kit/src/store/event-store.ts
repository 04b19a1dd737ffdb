import type { Topic } from '@ecommercestack/contracts/topology';
import type { Identified, TableSpec } from './table.ts';

/** A place in the order of all events of a store. Compare it with nothing; give it back to go on from there. */
export type Position = `${bigint}/${bigint}`;

/** Before the first event. */
export const origin: Position = '0/0';

/** An event to be written. Its id is fixed here, so that publishing it twice sends the same id twice. */
export type NewEvent = {
  readonly id: string;
  /** Past tense, for example `OrderCreated`. */
  readonly type: string;
  /** Version of the payload's shape; older ones are brought up to date when they are read. */
  readonly revision: number;
  /** Anything JSON can carry. */
  readonly payload: unknown;
  /** Where others hear of it, and the key that its order is kept by. Without it the event stays in this service. */
  readonly publish?: { readonly topic: Topic; readonly key: string };
  readonly traceparent?: string;
};

export type StoredEvent = NewEvent & {
  readonly stream: string;
  /** 1 for the first event of the stream, and no gaps after it. */
  readonly version: number;
  readonly position: Position;
  /** When it was written, as an ISO date of the store's clock. */
  readonly time: string;
};

/** Events for one stream, on the condition that it is at `expected` (0: that it does not exist). */
export type Append = {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly NewEvent[];
};

/** Something that others hear of and that is no event of a stream: a command, or a fact put for others. */
export type Message = NewEvent & { readonly publish: NonNullable<NewEvent['publish']> };

/** A row of a read model as it shall be from now on; the row of its id is replaced. */
export type RowWrite = {
  readonly table: string;
  readonly columns: readonly string[];
  readonly row: Identified;
};

/** A row to be written, checked against its table's schema. */
export function rowWrite<Row extends Identified>(spec: TableSpec<Row>, row: Row): RowWrite {
  return { table: spec.name, columns: spec.columns, row: spec.schema.parse(row) };
}

/** A state that saves reading the events up to `version`. It may be lost or ignored at any time. */
export type Snapshot = {
  readonly stream: string;
  readonly version: number;
  readonly revision: number;
  readonly state: unknown;
};

/** The answer that a request with an idempotency key got, byte for byte. */
export type StoredAnswer = {
  /** Whose key it is: caller and route. */
  readonly scope: string;
  readonly key: string;
  /** Hash of what was asked; the same key with another one is refused. */
  readonly fingerprint: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A message that was given up, with its cause. */
export type DeadLetter = {
  readonly consumer: string;
  readonly event: string;
  readonly topic: string;
  readonly key: string;
  /** The message as it came: headers and value, so that it can be handled again as if it had just arrived. */
  readonly message: unknown;
  readonly errorClass: string;
  readonly error: string;
  readonly attempts: number;
};

export type StoredDeadLetter = DeadLetter & { readonly time: string };

/** Something to be looked at when its time has come. Setting it again moves it; whoever looks at it sets others only. */
export type Timer = {
  /** Who looks at it: the name of a `wakes` of the service. */
  readonly name: string;
  readonly id: string;
  /** ISO date, by the clock of the service. */
  readonly due: string;
};

/** What a command or a message changes: new events, what others hear of it, and rows that follow from the events. */
export type Effect = {
  readonly appends?: readonly Append[];
  /** Published in this order, after the published ones of `appends`. */
  readonly messages?: readonly Message[];
  readonly rows?: readonly RowWrite[];
  readonly snapshots?: readonly Snapshot[];
  readonly timers?: readonly Timer[];
};

/** Everything one step writes. All of it or nothing of it is there afterwards. */
export type Commit = Effect & {
  /** The message that caused it; each consumer has each message's effect once. */
  readonly receipt?: { readonly consumer: string; readonly event: string };
  readonly answer?: StoredAnswer;
  /** Instead of the message's effect; goes with its receipt. */
  readonly deadLetter?: DeadLetter;
  /** The dead letter that is handled at last: it goes, and the effect takes its place. */
  readonly redeems?: { readonly consumer: string; readonly event: string };
  /** The timer that caused it, as it was; it is gone afterwards. */
  readonly fired?: Timer;
  /** Moves a follower's place, on the condition that it is still at `from`. */
  readonly progress?: { readonly name: string; readonly from: Position; readonly to: Position };
};

/**
 * What became of a commit. Everything but `committed` left nothing behind: `stale` (a stream or a follower is
 * elsewhere: read again and decide again), `received` (this consumer had the message before, or the dead letter or timer is gone), `answered` (the
 * idempotency key has its answer), `forbidden` (a row breaks a constraint of its table).
 */
export type CommitOutcome =
  | { readonly outcome: 'committed' }
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'received' }
  | { readonly outcome: 'answered' }
  | { readonly outcome: 'forbidden'; readonly constraint: string };

const messagePrefix = 'message/';

/** A message is kept in the log as a stream of its own, so that one order and one relay serve both. */
export function streamOf(message: Message): Append {
  return { stream: `${messagePrefix}${message.id}`, expected: 0, events: [message] };
}

/** True for what was written as a message, and is no event of an aggregate. */
export function isMessage({ stream }: Pick<StoredEvent, 'stream'>): boolean {
  return stream.startsWith(messagePrefix);
}

/** What a listener wants to hear of. */
export type News = 'events' | 'timers';

export type Loaded = { readonly snapshot?: Snapshot; readonly events: readonly StoredEvent[] };

/** Asks for the next events of a follower, of which one process at a time is the leader. */
export type Follow = {
  readonly name: string;
  /** This process; unique among all that ever follow under the name. */
  readonly owner: string;
  /** How long nobody else may lead unless asked again. */
  readonly leaseMs: number;
  /** Everything up to here is done for good; the place moves there first. */
  readonly done?: Position;
  readonly limit: number;
};

export type Followed =
  | { readonly leads: false }
  | {
      readonly leads: true;
      /** The follower's place: all events before it are done. */
      readonly from: Position;
      readonly events: readonly StoredEvent[];
      /** Events are written that may not be shown yet, because an earlier one could still appear. Ask again soon. */
      readonly waiting: boolean;
    };

/**
 * The event log of one service with everything that must change together with it. Each method is one statement on
 * the database, so `commit` is one round trip, one transaction and one flush.
 */
export type EventStore = {
  /** The events of a stream in order, from its snapshot on when it has one of `snapshotRevision`. */
  readonly load: (stream: string, snapshotRevision?: number) => Promise<Loaded>;
  readonly commit: (commit: Commit) => Promise<CommitOutcome>;
  /**
   * Events of all streams after a position, oldest first: in the same order for every reader, for ever, and never
   * one before which another could still appear.
   */
  readonly read: (query: { after: Position; limit: number }) => Promise<readonly StoredEvent[]>;
  readonly follow: (follow: Follow) => Promise<Followed>;
  /** Gives up leading, so that another need not wait for the lease to end. */
  readonly release: (follower: { name: string; owner: string }) => Promise<void>;
  /** The timers that are due next, the earliest first, also those whose time has not come. */
  readonly nextTimers: (names: readonly string[], limit: number) => Promise<readonly Timer[]>;
  readonly answerOf: (scope: string, key: string) => Promise<StoredAnswer | undefined>;
  /** The letters of a consumer, the oldest first; of one event where it is given. */
  readonly deadLetters: (query: {
    consumer: string;
    event?: string;
    limit: number;
  }) => Promise<readonly StoredDeadLetter[]>;
  /** Calls `wake` soon after such were committed by this or another process; a call may be missing or too many. */
  readonly listen: (news: News, wake: () => void) => Promise<{ readonly stop: () => Promise<void> }>;
};
