import { request } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { BusEvent, EventBus } from '../../src/bus/event-bus.ts';
import { startHost } from '../../src/host.ts';
import { defineService, type EventStore } from '../../src/index.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { memoryTwins } from '../../src/testing/index.ts';
import { anEvent } from '../store/event-store.suite.ts';

const event = {
  topic: 'shop.order.v1',
  type: 'T',
  source: 's',
  time: '2026-01-01T00:00:00.000Z',
  payload: { secret: 'tok_visa' },
} as const;

/** A service whose handler and reaction work only once they are mended. */
async function start() {
  const world = { broken: true };
  const append = async (store: EventStore, stream: string) => {
    if (world.broken) throw new Error('broken');
    const expected = (await store.load(stream)).events.length;
    return { appends: [{ stream, expected, events: [anEvent()] }] };
  };
  let store: EventStore | undefined;
  let bus: EventBus | undefined;
  const service = defineService({
    name: 'inventory',
    open: async ({ stores }) => {
      bus = stores.bus();
      store = stores.events();
      return store;
    },
    handles: [{ topic: 'shop.order.v1', handle: (_, events) => append(events, 'handled') }],
    reacts: [
      {
        name: 'echo',
        react: async ({ stream }, events) => (stream === 'given' ? append(events, 'echoed') : undefined),
      },
    ],
  });
  const environment = { ...memoryTwins, PORT: '0', DRAIN_DELAY_MS: '0' };
  const host = await startHost({ services: [service], environment, log: silentLog });
  onTestFinished(() => host.stop());
  await host.opened;
  if (store === undefined || bus === undefined) throw new Error('not open');
  return { world, store, bus, url: `http://127.0.0.1:${host.port}` };
}

async function lettersOf(url: string): Promise<{ items: Record<string, unknown>[] }> {
  // The shape is what the test goes on to compare.
  return (await (await request(`${url}/dead-letters`)).body.json()) as { items: Record<string, unknown>[] };
}

async function redeem(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await request(`${url}/dead-letters/redemptions`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return answer.body.json();
}

test('letters of messages and of own events are shown with their causes, and heal once', async () => {
  const { world, store, bus, url } = await start();
  await bus.publish([1, 2].map((id) => ({ ...event, id: `m/${id}`, key: 'k' }) satisfies BusEvent));
  await store.commit({ appends: [{ stream: 'given', expected: 0, events: [{ ...anEvent(), id: 'e' }] }] });
  await vi.waitFor(async () => expect((await lettersOf(url)).items).toHaveLength(3), 5000);
  const { items } = await lettersOf(url);
  expect(items.map((item) => String(item['event'])).toSorted()).toEqual(['e', 'm/1', 'm/2']);
  const cause = { topic: 'shop.order.v1', key: 'k', errorClass: 'Error', error: 'broken', attempts: 4 };
  expect(items.find((item) => item['event'] === 'm/1')).toMatchObject({
    ...cause,
    consumer: 'inventory-service',
  });
  expect(items.find((item) => item['event'] === 'e')).toMatchObject({ consumer: 'inventory-service/echo' });
  expect(JSON.stringify(items)).not.toContain('tok_visa');

  expect(await redeem(url, { event: 'm/1' })).toEqual({
    healed: [],
    failed: [{ event: 'm/1', error: 'broken' }],
  });
  world.broken = false;
  expect(await redeem(url, { event: 'm/2' })).toEqual({ healed: ['m/2'], failed: [] });
  expect(await redeem(url, {})).toMatchObject({ healed: { length: 2 }, failed: [] });
  expect(await redeem(url, {})).toEqual({ healed: [], failed: [] });
  expect((await store.load('handled')).events).toHaveLength(2);
  expect((await store.load('echoed')).events).toHaveLength(1);
});
