import { z } from 'zod';
import type { DeadLetterDesk } from '../events/dead-letter-desk.ts';
import { type Route, routesWith } from './route.ts';

const limit = z.coerce.number().int().min(1).max(1000).default(100);

const letter = z.object({
  consumer: z.string().describe('Who gave the message up.'),
  event: z.string().describe('Id of the message.'),
  topic: z.string(),
  key: z.string(),
  errorClass: z.string(),
  error: z.string(),
  attempts: z.int(),
  time: z.iso.datetime(),
});

const redemption = z.object({
  healed: z.array(z.string()).describe('Ids of messages that have their effect now.'),
  failed: z
    .array(z.object({ event: z.string(), error: z.string() }))
    .describe('Those that failed again and stay.'),
});

/**
 * Routes to look at dead letters and to handle them again. They lie outside every path that the gateway forwards:
 * operators reach them, customers do not. Messages themselves are not shown.
 */
export function deadLetterRoutes(desk: () => DeadLetterDesk): readonly Route<unknown>[] {
  const route = routesWith<unknown>();
  return [
    route({
      method: 'get',
      path: '/dead-letters',
      summary: 'Messages that were given up, the oldest first, with their causes.',
      query: z.strictObject({ limit }),
      answers: { 200: { description: 'Letters.', schema: z.object({ items: z.array(letter) }) } },
      refuses: [],
      handle: async ({ query }) => {
        const letters = await desk().list(query.limit);
        return { status: 200, body: { items: letters.map(({ message: _, ...cause }) => cause) } };
      },
    }),
    route({
      method: 'post',
      path: '/dead-letters/redemptions',
      summary: 'Handles the oldest letters, or the one of an event, again. Doing so twice is harmless.',
      body: z.strictObject({ event: z.string().min(1).max(1000).optional(), limit }),
      answers: { 200: { description: 'What became of them.', schema: redemption } },
      refuses: [],
      handle: async ({ body: { event, limit: most } }) => ({
        status: 200,
        body: await desk().redeem({ limit: most, ...(event === undefined ? {} : { event }) }),
      }),
    }),
  ];
}
