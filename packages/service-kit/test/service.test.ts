import type { Topic } from '@ecommercestack/contracts/topology';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { BusEvent, EventBus } from '../src/bus/event-bus.ts';
import { createMemoryBus } from '../src/bus/event-bus-memory.ts';
import type { Variables } from '../src/config/variable.ts';
import { type HostedService, hostService } from '../src/opening.ts';
import { defineService, type Opening, type Service } from '../src/service.ts';
import { systemClock, systemPause, uuidv7 } from '../src/sources.ts';
import type { Effect, EventStore } from '../src/store/event-store.ts';
import { toStores } from '../src/store/stores.ts';
import { silentLog } from '../src/telemetry/log.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';

const environment = { DATABASE_URL: 'memory:', KAFKA_BROKERS: 'memory:' };

function aWorld(metrics = createMetrics('test')) {
  return {
    ...{ log: silentLog, metrics },
    ...{ clock: systemClock, ids: uuidv7, pause: systemPause },
  };
}

/** A service in this process, on stores in memory and this bus. */
async function hosting(
  service: Service,
  bus: EventBus,
  metrics = createMetrics('test'),
): Promise<HostedService> {
  const world = { ...aWorld(metrics), memoryBus: async () => bus };
  const hosted = await hostService(service, service.configure(environment), world);
  onTestFinished(() => hosted.close());
  return hosted;
}

describe('a definition', () => {
  test('may handle only what its row consumes', () => {
    const handling = (topic: Topic) => () =>
      defineService({
        name: 'inventory',
        open: async () => ({}),
        handles: [{ topic, handle: async () => {} }],
      });
    expect(handling('shop.order.v1')).not.toThrow();
    expect(handling('shop.review.v1')).toThrow(
      'inventory handles shop.review.v1, which its row does not consume',
    );
  });

  test('may open only the stores of its row, and call only whom it declares', async () => {
    const asking = async (ask: (opening: Opening<Variables>) => unknown) => {
      const service = defineService({
        name: 'inventory',
        variables: {},
        open: async (opening) => ask(opening),
      });
      return service.configure(environment).open({ ...aWorld(), stores: toStores(service.row, {}) });
    };
    await expect(asking(({ stores }) => stores.documents())).rejects.toThrow(
      'has: postgres, kafka; not mongodb',
    );
    await expect(asking(({ addressOf }) => addressOf('user'))).rejects.toThrow('declares no call to user');
  });
});

test('a service gets the events it handles, at least once each, with its context', async () => {
  const bus = createMemoryBus();
  const got: unknown[] = [];
  let failures = 1;
  const service = defineService({
    name: 'inventory',
    open: async () => ({ place: 'shelf' }),
    handles: [
      {
        topic: 'shop.order.v1',
        handle: async ({ payload }, { place }) => {
          if (failures > 0) {
            failures -= 1;
            throw new Error('not now');
          }
          got.push([place, payload]);
        },
      },
    ],
  });
  const hosted = await hosting(service, bus);
  await hosted.opened;
  const event = { id: '1', key: 'k', type: 'T', source: 's', time: '2026-01-01T00:00:00.000Z', payload: 7 };
  await bus.publish([
    { ...event, topic: 'shop.review.v1', payload: 'not ours' },
    { ...event, topic: 'shop.order.v1' },
  ]);
  await vi.waitFor(() => expect(got).toEqual([['shelf', 7]]));
  await hosted.stopConsuming();
});

test('a handler decides, the kit commits once, and the relay and reactions go on from there', async () => {
  const bus = createMemoryBus();
  const heard: BusEvent[] = [];
  await bus.subscribe({
    group: 'others',
    topics: ['shop.inventory.v1'],
    handle: async (event) => {
      heard.push(event);
    },
  });
  const publish = { topic: 'shop.inventory.v1', key: 'k' } as const;
  const append = async (store: EventStore, stream: string, type: string): Promise<Effect> => {
    const { length: expected } = (await store.load(stream)).events;
    const event = { id: `${stream}@${expected + 1}`, type, revision: 1, payload: {}, publish };
    const said = { ...event, id: `${event.id}.0`, type: 'Said' };
    return {
      appends: [{ stream, expected, events: [event] }],
      ...(type === 'Taken' ? { messages: [said] } : {}),
    };
  };
  const reactedTo: string[] = [];
  const service = defineService({
    name: 'inventory',
    open: async ({ stores }) => stores.events(),
    handles: [
      { topic: 'shop.order.v1', handle: (event, store) => append(store, `stock/${event.key}`, 'Taken') },
    ],
    reacts: [
      {
        name: 'count',
        react: async ({ type }, store) => {
          reactedTo.push(type);
          return type === 'Taken' ? append(store, 'count/all', 'Counted') : undefined;
        },
      },
    ],
  });
  const metrics = createMetrics('test');
  const hosted = await hosting(service, bus, metrics);
  await hosted.opened;
  const event = {
    type: 'T',
    source: 's',
    time: '2026-01-01T00:00:00.000Z',
    payload: 7,
    topic: 'shop.order.v1',
  } as const;
  const trace = { traceparent: '00-aa-bb-01' };
  await bus.publish(['1', '2', '1', '3'].map((id) => ({ ...event, ...trace, id, key: `k${id}` })));
  await vi.waitFor(() => expect(heard).toHaveLength(9));
  expect(heard.map(({ id }) => id).toSorted()).toEqual([
    'count/all@1',
    'count/all@2',
    'count/all@3',
    'stock/k1@1',
    'stock/k1@1.0',
    'stock/k2@1',
    'stock/k2@1.0',
    'stock/k3@1',
    'stock/k3@1.0',
  ]);
  expect(
    heard.every(
      ({ traceparent, source }) => traceparent === trace.traceparent && source === 'inventory-service',
    ),
  ).toBe(true);
  await hosted.stopConsuming();
  const lag = 'ecommercestack_log_lag_seconds{service="inventory",follower="relay"} 0';
  expect(await metrics.render()).toContain(lag);
  // Messages are said, not done: a reaction meets the events of streams alone.
  expect(new Set(reactedTo)).toEqual(new Set(['Taken', 'Counted']));
});

test('without the bus a service still does what follows from its own events', async () => {
  const reacted: string[] = [];
  const opened: EventStore[] = [];
  const service = defineService({
    name: 'inventory',
    open: async ({ stores }) => {
      opened.push(stores.events());
    },
    handles: [{ topic: 'shop.order.v1', handle: async () => undefined }],
    reacts: [
      {
        name: 'note',
        react: async ({ id }) => {
          reacted.push(id);
          return undefined;
        },
      },
    ],
  });
  const away = { ...createMemoryBus(), subscribe: () => Promise.reject(new Error('no broker')) };
  const hosted = await hosting(service, away);
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  const event = { id: 'e', type: 'T', revision: 1, payload: {} };
  await opened[0]?.commit({ appends: [{ stream: 's', expected: 0, events: [event] }] });
  await vi.waitFor(() => expect(reacted).toEqual(['e']));
  await hosted.stopConsuming();
});

test('a topic has one handler', () => {
  const handles = [
    { topic: 'shop.order.v1', handle: async () => undefined },
    { topic: 'shop.order.v1', handle: async () => undefined },
  ] as const;
  expect(() => defineService({ name: 'inventory', open: async () => ({}), handles })).toThrow(
    'a topic twice',
  );
});
