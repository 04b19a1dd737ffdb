import { z } from 'zod';
import { defineService, refuse, routesWith } from '../../src/index.ts';

export type EchoContext = {
  readonly greeting: string;
  readonly gate?: Promise<void>;
  readonly entered?: () => void;
};

const route = routesWith<EchoContext>();
const body = z.strictObject({ text: z.string().min(1), count: z.int().min(1).default(1) });

const routes = [
  route({
    method: 'get',
    path: '/echo/{id}',
    summary: 'Gives the input back.',
    params: z.strictObject({ id: z.string().regex(/^[a-z]+$/) }),
    query: z.strictObject({ times: z.coerce.number().int().min(1).max(9).default(1) }),
    answers: { 200: { description: 'The input.' } },
    refuses: ['not-found'],
    handle: async ({ params, query }, { greeting }) => ({
      status: 200,
      body: { greeting, ...params, ...query },
    }),
  }),
  route({
    method: 'post',
    path: '/echo',
    summary: 'Gives the body back.',
    body,
    bodyLimit: 1000,
    answers: { 201: { description: 'The body.', schema: body } },
    refuses: ['too-late'],
    handle: async (request) =>
      request.body.text === 'late' ? refuse('too-late', 'try tomorrow') : { status: 201, body: request.body },
  }),
  route({
    method: 'get',
    path: '/broken',
    summary: 'Throws.',
    answers: {},
    refuses: [],
    handle: async () => {
      throw new Error('password=hunter2');
    },
  }),
  route({
    method: 'get',
    path: '/slow',
    summary: 'Answers once the gate opens.',
    answers: { 200: { description: 'Open.' } },
    refuses: [],
    handle: async (_, { gate, entered }) => {
      entered?.();
      await gate;
      return { status: 200, body: { done: true } };
    },
  }),
];

/** A service for the tests of the kit; it borrows the row of storefront, which has no stores. */
export function echoService(open: () => Promise<EchoContext> = async () => ({ greeting: 'hello' })) {
  return defineService({
    name: 'storefront',
    refusals: { 'too-late': { status: 409, title: 'Too late' } },
    open,
    routes,
  });
}
