import { z } from 'zod';
import type { Effect, EventStore, StoredDeadLetter } from '../store/event-store.ts';
import type { Inbox, Incoming } from './inbox.ts';

/** A consumer of a service whose messages can become dead letters. */
export type Consumer = {
  readonly name: string;
  readonly inbox: Inbox;
  readonly decide: (event: Incoming) => Promise<Effect | undefined>;
};

/** What became of handling dead letters again. */
export type Redemption = {
  readonly healed: readonly string[];
  readonly failed: readonly { readonly event: string; readonly error: string }[];
};

export type DeadLetterDesk = {
  /** The oldest letters of all consumers. */
  readonly list: (limit: number) => Promise<readonly StoredDeadLetter[]>;
  /** Handles letters again, those of one event or the oldest ones of all. Whatever fails again stays. */
  readonly redeem: (which: { readonly event?: string; readonly limit: number }) => Promise<Redemption>;
};

// A letter holds the message as it came: a record of the bus, or an event of the service itself.
const incoming: z.ZodType<Incoming> = z.looseObject({
  id: z.string(),
  topic: z.string(),
  key: z.string(),
  traceparent: z.string().optional(),
});

/** Where the dead letters of a service are looked at and handled again. */
export function createDeadLetterDesk(store: EventStore, consumers: readonly Consumer[]): DeadLetterDesk {
  const find = async (query: { event?: string; limit: number }): Promise<StoredDeadLetter[]> => {
    const letters = await Promise.all(
      consumers.map(({ name }) => store.deadLetters({ ...query, consumer: name })),
    );
    return letters
      .flat()
      .toSorted((left, right) => (left.time < right.time ? -1 : 1))
      .slice(0, query.limit);
  };
  const redeem = async (letter: StoredDeadLetter): Promise<void> => {
    const consumer = consumers.find(({ name }) => name === letter.consumer);
    if (consumer === undefined) throw new Error(`nobody is called ${letter.consumer}`);
    // Under the id that the letter has, which is the message's own wherever the database can hold that.
    const event = { ...incoming.parse(letter.message), id: letter.event };
    await consumer.inbox.redeem(event, consumer.decide);
  };
  return {
    list: (limit) => find({ limit }),
    redeem: async (which) => {
      const [healed, failed]: [string[], { event: string; error: string }[]] = [[], []];
      // One after the other, oldest first: a message may need what an earlier one of its key does.
      for (const letter of await find(which)) {
        try {
          await redeem(letter);
          healed.push(letter.event);
        } catch (error) {
          failed.push({ event: letter.event, error: error instanceof Error ? error.message : String(error) });
        }
      }
      return { healed, failed };
    },
  };
}
