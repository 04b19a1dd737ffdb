import type { Pause } from '../domain/pause.ts';
import type { Commit, CommitOutcome, DeadLetter, Effect, EventStore, Message } from '../store/event-store.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { kindOf, Permanent } from './failure.ts';
import { withTrace } from './trace.ts';

/** What an inbox must know of a message; the rest is between its sender and who decides. */
export type Incoming = {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly traceparent?: string;
};

/** Decides what a message changes; undefined when it is not meant. It writes nothing, and may be asked again. */
export type Decide<Event extends Incoming> = (event: Event) => Promise<Effect | undefined>;

/** What became of a message: all of them mean that it need not come again. */
export type Taken = 'passed' | 'committed' | 'received' | 'parked';

export type InboxSpec = {
  /** Whose inbox it is; each consumer has each message's effect once. */
  readonly consumer: string;
  readonly store: EventStore;
  readonly pause: Pause;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'countDeadLetter'>;
};

export type Inbox = {
  /** Has the message's effect once, whatever happens. Rejects only when the store is away: then it must come again. */
  readonly take: <Event extends Incoming>(event: Event, decide: Decide<Event>) => Promise<Taken>;
  /** Gives a message up, with its cause. */
  readonly park: (event: Incoming, error: unknown, attempts: number) => Promise<Taken>;
  /** Handles a dead letter again; when it fails again, the letter stays and this rejects. */
  readonly redeem: <Event extends Incoming>(event: Event, decide: Decide<Event>) => Promise<Taken>;
};

/** Where dead letters are announced. */
export const deadLetterTopic = 'shop.dead-letter.v1';

const mostAttempts = 4;
const firstPauseMs = 25;
const mostRaces = 200;

/** The inbox of a consumer: what a message changes and the note that it came are one commit. */
export function createInbox({ consumer, store, pause, log, metrics }: InboxSpec): Inbox {
  const settle = async <Event extends Incoming>(
    event: Event,
    decide: Decide<Event>,
    how: Partial<Commit>,
  ): Promise<Taken> => {
    // Whoever makes this stale made progress, so the loop ends; the pauses grow to let a crowd thin out.
    for (let race = 0; race < mostRaces; race += 1) {
      const effect = await decide(event);
      if (effect === undefined) return 'passed';
      const outcome = await store.commit(withTrace({ ...effect, ...how }, event.traceparent));
      if (outcome.outcome !== 'stale') return toTaken(outcome);
      await pause(Math.min(race, 20));
    }
    throw new Error(`${mostRaces} commits of others came first`);
  };
  const park = async (event: Incoming, error: unknown, attempts: number): Promise<Taken> => {
    const deadLetter = toDeadLetter(event, consumer, error, attempts);
    const { message: _, ...cause } = deadLetter;
    log.error(cause, 'a message is parked');
    const receipt = { consumer, event: deadLetter.event };
    const { outcome } = await store.commit({ receipt, deadLetter, messages: [announcementOf(deadLetter)] });
    if (outcome !== 'committed') return 'received';
    metrics.countDeadLetter(consumer);
    return 'parked';
  };
  return {
    park,
    take: async (event, decide) => {
      for (let attempts = 1; ; attempts += 1) {
        try {
          return await settle(event, decide, { receipt: { consumer, event: event.id } });
        } catch (error) {
          const kind = kindOf(error);
          if (kind === 'unavailable') throw error;
          if (kind === 'permanent' || attempts === mostAttempts) return await park(event, error, attempts);
          await pause(firstPauseMs * 2 ** attempts);
        }
      }
    },
    redeem: (event, decide) =>
      settle(event, async (again) => (await decide(again)) ?? {}, {
        redeems: { consumer, event: event.id },
      }),
  };
}

function toTaken({ outcome, ...more }: Exclude<CommitOutcome, { outcome: 'stale' }>): Taken {
  if (outcome === 'committed') return 'committed';
  if ('constraint' in more) throw new Permanent(`a row breaks ${more.constraint}`);
  return 'received';
}

function toDeadLetter(event: Incoming, consumer: string, error: unknown, attempts: number): DeadLetter {
  const { id, topic, key } = event;
  const errorClass = error instanceof Error ? error.name : typeof error;
  const text = error instanceof Error ? error.message : String(error);
  const texts = { event: storable(id), topic, key: storable(key), errorClass, error: storable(text) };
  return { consumer, message: event, attempts, ...texts };
}

// PostgreSQL has no text with a NUL in it, and giving up must not fail for what the message is given up for.
function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').slice(0, 1000);
}

// Without the message itself: who may read the announcement need not be one who may read what it is about.
function announcementOf({ message: _, ...cause }: DeadLetter): Message {
  return {
    id: `dead-letter/${cause.consumer}/${cause.event}`,
    type: 'MessageParked',
    revision: 1,
    payload: cause,
    publish: { topic: deadLetterTopic, key: cause.key },
  };
}
