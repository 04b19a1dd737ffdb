import { randomUUID } from 'node:crypto';
import type { Topic } from '@ecommercestack/contracts/topology';
import { expect, onTestFinished, test } from 'vitest';
import type { BusEvent, EventBus, SubscriptionSpec } from '../../src/bus/event-bus.ts';

function anEvent(topic: Topic, key: string, payload: unknown): BusEvent {
  const now = new Date('2026-01-01T00:00:00.000Z').toISOString();
  return { id: randomUUID(), topic, key, type: 'Tested', source: 'test-service', time: now, payload };
}

/** A subscriber's record of what it got; `until` resolves once so many have come. */
function inbox(refuse: (event: BusEvent, deliveries: number) => boolean = () => false) {
  const seen: BusEvent[] = [];
  let deliveries = 0;
  let wake = (): void => {};
  const handle = async (event: BusEvent): Promise<void> => {
    deliveries += 1;
    if (refuse(event, deliveries)) throw new Error('not now');
    seen.push(event);
    wake();
  };
  const until = async (count: number): Promise<void> => {
    while (seen.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return { seen, handle, until };
}

/** What every event bus does. `open` answers the same bus each time. */
export function busSuite(open: () => EventBus): void {
  const topic = (): Topic => `shop.test-${randomUUID()}.v1`;
  const subscribe = async (spec: Omit<SubscriptionSpec, 'group'> & { group?: string }) => {
    const subscription = await open().subscribe({ group: `group-${randomUUID()}`, ...spec });
    onTestFinished(() => subscription.stop());
    return subscription;
  };

  test('an event arrives as it was published', async () => {
    const name = topic();
    const event = { ...anEvent(name, 'k', { text: 'ünïcode', list: [1, null] }), traceparent: '00-aa-bb-01' };
    await open().publish([event]);
    const { seen, handle, until } = inbox();
    await subscribe({ topics: [name], handle });
    await until(1);
    expect(seen).toEqual([event]);
  });

  test('events of one key arrive in the order published', async () => {
    const name = topic();
    const events = Array.from({ length: 30 }, (_, index) => anEvent(name, `k${index % 3}`, index));
    await open().publish(events);
    const { seen, handle, until } = inbox();
    await subscribe({ topics: [name], handle });
    await until(30);
    for (const key of ['k0', 'k1', 'k2'])
      expect(seen.filter((event) => event.key === key)).toEqual(events.filter((event) => event.key === key));
  });

  test('every group gets each event, and of a group one member', async () => {
    const name = topic();
    const shared = `group-${randomUUID()}`;
    const [alone, first, second] = [inbox(), inbox(), inbox()];
    await open().publish(Array.from({ length: 12 }, (_, index) => anEvent(name, `k${index}`, index)));
    await subscribe({ topics: [name], handle: alone.handle });
    await subscribe({ topics: [name], group: shared, handle: first.handle });
    await subscribe({ topics: [name], group: shared, handle: second.handle });
    await alone.until(12);
    await Promise.race([first.until(12), second.until(12), bothUntil(first, second, 12)]);
    const ids = [...first.seen, ...second.seen].map(({ id }) => id);
    expect(new Set(ids).size).toBe(12);
    expect(alone.seen).toHaveLength(12);
  });

  test('an event whose handler fails comes again, and later ones of its key wait for it', async () => {
    const name = topic();
    await open().publish([anEvent(name, 'k', 'first'), anEvent(name, 'k', 'second')]);
    const { seen, handle, until } = inbox((_, deliveries) => deliveries <= 2);
    await subscribe({ topics: [name], handle });
    await until(2);
    expect(seen.map(({ payload }) => payload)).toEqual(['first', 'second']);
  });

  test('a group that stops goes on where it was', async () => {
    const name = topic();
    const group = `group-${randomUUID()}`;
    const [before, after] = [inbox(), inbox()];
    await open().publish([anEvent(name, 'k', 'first')]);
    const subscription = await subscribe({ topics: [name], group, handle: before.handle });
    await before.until(1);
    await subscription.stop();
    await open().publish([anEvent(name, 'k', 'second')]);
    await subscribe({ topics: [name], group, handle: after.handle });
    await after.until(1);
    expect(after.seen.map(({ payload }) => payload)).toEqual(['second']);
  });

  test('it answers a ping', async () => {
    await open().ping();
  });
}

type Inbox = ReturnType<typeof inbox>;

async function bothUntil(first: Inbox, second: Inbox, count: number): Promise<void> {
  while (first.seen.length + second.seen.length < count)
    await Promise.race([first.until(first.seen.length + 1), second.until(second.seen.length + 1)]);
}
