import { request } from 'undici';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { startHost } from '../../src/host.ts';
import { defineService, type EventStore, refuse, routesWith, Unavailable } from '../../src/index.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { memoryTwins } from '../../src/testing/index.ts';
import { anEvent } from '../store/event-store.suite.ts';

type Context = { readonly events: EventStore; readonly asked: { count: number; away: boolean } };

const route = routesWith<Context>();
const body = z.strictObject({ text: z.string().min(1), more: z.record(z.string(), z.int()).optional() });

const post = {
  method: 'post',
  summary: 'Writes it down.',
  body,
  answers: { 201: { description: 'Written.' } },
  refuses: ['conflict'],
} as const;

const notes = defineService({
  name: 'review',
  open: async ({ stores }): Promise<Context> => ({
    events: stores.events(),
    asked: { count: 0, away: false },
  }),
  routes: [
    route({
      ...post,
      path: '/notes',
      idempotent: true,
      handle: async ({ body: { text } }, { events, asked }) => {
        asked.count += 1;
        if (text === 'refused') return refuse('conflict', `asked ${asked.count} times`);
        if (text === 'broken') throw new Error('broken');
        if (asked.away) throw new Unavailable('connection refused');
        const { events: written } = await events.load('notes');
        return {
          status: 201,
          headers: { location: `/notes/${written.length + 1}` },
          body: { text, number: written.length + 1 },
          effect: { appends: [{ stream: 'notes', expected: written.length, events: [anEvent(text)] }] },
        };
      },
    }),
    route({
      ...post,
      path: '/marks',
      handle: async ({ body: { text } }, { events }) => {
        const { events: written } = await events.load('notes');
        const effect = { appends: [{ stream: 'notes', expected: written.length, events: [anEvent(text)] }] };
        return { status: 204, effect };
      },
    }),
    route({
      method: 'get',
      path: '/notes',
      summary: 'All of them, and how often a note was asked for.',
      answers: { 200: { description: 'Notes.' } },
      refuses: [],
      handle: async (_, { events, asked }) => {
        const { events: written } = await events.load('notes');
        return {
          status: 200,
          body: {
            asked: asked.count,
            notes: written.map(({ payload }) => payload),
            trace: written[0]?.traceparent,
          },
        };
      },
    }),
    route({
      ...post,
      path: '/away',
      handle: async (_, { asked }) => {
        asked.away = !asked.away;
        return { status: 204 };
      },
    }),
  ],
});

describe('effects of requests', () => {
  let url: string;
  const ask = async (path: string, text: unknown, headers: Record<string, string> = {}) => {
    const answer = await request(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof text === 'string' ? JSON.stringify({ text }) : JSON.stringify(text),
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };
  const written = async (): Promise<unknown> => (await request(`${url}/notes`)).body.json();

  beforeEach(async () => {
    const environment = { ...memoryTwins, PORT: '0', DRAIN_DELAY_MS: '0' };
    const host = await startHost({ services: [notes], environment, log: silentLog });
    onTestFinished(() => host.stop());
    await host.opened;
    url = `http://127.0.0.1:${host.port}`;
  });

  test("an effect is there when its answer comes, and belongs to the request's trace", async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    expect(await ask('/marks', 'x', { traceparent: `00-${traceId}-b7ad6b7169203331-01` })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await written()).toMatchObject({ notes: ['x'], trace: expect.stringContaining(traceId) });
  });

  test('requests that race for a stream all have their effect', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask('/marks', `${index}`)));
    expect(answers.every(({ status }) => status === 204)).toBe(true);
    expect(await written()).toMatchObject({ notes: { length: 20 } });
  });

  test('without its key an idempotent request is refused', async () => {
    for (const key of [undefined, '', 'x'.repeat(256)]) {
      const { status, text } = await ask('/notes', 'a', key === undefined ? {} : { 'idempotency-key': key });
      expect({ status, text }).toMatchObject({
        status: 400,
        text: expect.stringContaining('idempotency-key-required'),
      });
    }
    expect(await written()).toMatchObject({ asked: 0, notes: [] });
  });

  test('the same request again gets the same bytes and has no other effect', async () => {
    const key = { 'idempotency-key': 'k' };
    const first = await ask('/notes', 'a', key);
    expect(first).toMatchObject({
      status: 201,
      headers: { location: '/notes/1' },
      text: '{"text":"a","number":1}',
    });
    await ask('/notes', 'b', { 'idempotency-key': 'other' });
    const again = await ask('/notes', 'a', key);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(again.headers).toMatchObject({
      location: '/notes/1',
      'idempotent-replayed': 'true',
      'content-type': first.headers['content-type'],
    });
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    expect(await written()).toMatchObject({ notes: ['a', 'b'] });
  });

  test('fifty at once have one effect and one answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask('/notes', 'a', { 'idempotency-key': 'k' })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(await written()).toMatchObject({ notes: ['a'] });
  });

  test('the same key for another request is refused; another order of fields is the same request', async () => {
    const key = { 'idempotency-key': 'k' };
    await ask('/notes', { text: 'a', more: { x: 1, y: 2 } }, key);
    expect(await ask('/notes', { more: { y: 2, x: 1 }, text: 'a' }, key)).toMatchObject({ status: 201 });
    for (const other of [{ text: 'b' }, { text: 'a' }, { text: 'a', more: { x: 2, y: 2 } }]) {
      const { status, text } = await ask('/notes', other, key);
      expect({ status, text }).toMatchObject({
        status: 422,
        text: expect.stringContaining('idempotency-key-reused'),
      });
    }
    expect(await written()).toMatchObject({ notes: ['a'] });
  });

  test("another caller's key of the same name is another key", async () => {
    await ask('/notes', 'a', { 'idempotency-key': 'k', 'x-user-id': 'ada' });
    expect((await ask('/notes', 'b', { 'idempotency-key': 'k', 'x-user-id': 'bob' })).status).toBe(201);
    expect(await written()).toMatchObject({ notes: ['a', 'b'] });
  });

  test.each(['refused', 'broken'])('an answer that is %s is kept as well', async (text) => {
    const key = { 'idempotency-key': 'k' };
    const first = await ask('/notes', text, key);
    expect(first.status).toBe(text === 'refused' ? 409 : 500);
    const again = await ask('/notes', text, key);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true' });
  });

  test('a request that is malformed does not use its key up', async () => {
    const key = { 'idempotency-key': 'k' };
    expect((await ask('/notes', '', key)).status).toBe(422);
    expect((await ask('/notes', 'a', key)).status).toBe(201);
  });

  test('while the store is away the answer is 503, and the key is free afterwards', async () => {
    const key = { 'idempotency-key': 'k' };
    await ask('/away', 'x');
    const { status, text } = await ask('/notes', 'a', key);
    expect({ status, text }).toMatchObject({
      status: 503,
      text: expect.stringContaining('"code":"unavailable"'),
    });
    await ask('/away', 'x');
    expect((await ask('/notes', 'a', key)).status).toBe(201);
    await ask('/away', 'x');
    expect((await ask('/notes', 'a', key)).status).toBe(201);
  });

  test('the document says that a key is required, and what is refused about it', async () => {
    const document = await (await request(`${url}/openapi.json`)).body.json();
    expect(document).toMatchObject({
      paths: {
        '/notes': {
          post: {
            parameters: [{ name: 'Idempotency-Key', in: 'header', required: true }],
            responses: {
              400: { description: expect.stringContaining('idempotency-key-required') },
              422: { description: expect.stringContaining('idempotency-key-reused') },
            },
          },
        },
        '/marks': { post: { parameters: [] } },
      },
    });
  });
});

test('a service without a database can have neither idempotent routes nor reactions', () => {
  const handle = vi.fn();
  const routes = [route({ ...post, path: '/notes', idempotent: true, handle })];
  const open = async (): Promise<Context> => ({
    events: expect.anything(),
    asked: { count: 0, away: false },
  });
  expect(() => defineService({ name: 'cart', open, routes })).toThrow('no postgres');
  expect(() => defineService({ name: 'cart', open, reacts: [] })).toThrow('no postgres');
});
