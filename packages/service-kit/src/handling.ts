import type { BusEvent, EventBus, UnreadableRecord } from './bus/event-bus.ts';
import { inboxOf, reactorOf } from './desk.ts';
import { Permanent } from './events/failure.ts';
import { type FollowerSpec, startFollower } from './events/follower.ts';
import type { Inbox } from './events/inbox.ts';
import { inLanes } from './events/lanes.ts';
import { createProjector } from './events/projection.ts';
import { createRelay } from './events/relay.ts';
import { startTimers } from './events/timers.ts';
import type { OpenService, Service } from './service.ts';
import { type EventStore, isMessage } from './store/event-store.ts';
import type { RelationalStore } from './store/relational-store.ts';
import type { OpenStores } from './store/stores.ts';
import type { World } from './world.ts';

/** Something that works in the background until it is stopped. */
export type Running = { readonly stop: () => Promise<void> };

// Streams of a batch whose reactions run side by side.
const reactionLanes = 16;

/** Starts what a service does about its own log: the relay, reactions, projections and timers. */
export function startFollowing(
  service: Service,
  open: OpenService,
  { postgres, kafka }: OpenStores,
  world: World,
): Running[] {
  return postgres === undefined ? [] : startFollowers(service, open, postgres, kafka, world);
}

function startFollowers(
  { row, projections }: Service,
  open: OpenService,
  tables: RelationalStore,
  bus: EventBus | undefined,
  world: World,
): Running[] {
  const owner = world.ids.next();
  const { events: store } = tables;
  const follow = (name: string, handle: FollowerSpec['handle']): Running =>
    startFollower({
      name,
      owner,
      store,
      pause: world.pause,
      handle: async (events, from) => {
        const age = world.clock.now() - Date.parse(events[0]?.time ?? '');
        world.metrics.setLag(row.name, name, Math.max(0, age / 1000));
        await handle(events, from);
        world.metrics.setLag(row.name, name, 0);
      },
      onError: (error) =>
        world.log.warn(
          { service: row.name, follower: name, error: String(error) },
          'following goes on later',
        ),
    });
  const reactions = open.reactions.map(({ name, react }) => {
    const inbox = inboxOf(reactorOf(row.objectName, name), store, world);
    return follow(`reaction/${name}`, (events) =>
      inLanes(
        events
          .filter((event) => !isMessage(event))
          .map((event) => ({ ...event, topic: 'own-events', key: event.stream })),
        ({ key }) => key,
        reactionLanes,
        async (event) => {
          await inbox.take(event, react);
        },
      ),
    );
  });
  const relay = bus === undefined ? [] : [follow('relay', createRelay(bus, row.objectName))];
  const projectors = projections.map((projection) => {
    const name = `projection/${projection.name}`;
    return follow(name, createProjector(projection, name, tables));
  });
  const timers = open.wakes.length === 0 ? [] : [startWaking(row.name, open, store, owner, world)];
  return [...relay, ...reactions, ...projectors, ...timers];
}

function startWaking(
  service: string,
  { wakes }: OpenService,
  store: EventStore,
  owner: string,
  { clock, pause, log }: World,
): Running {
  return startTimers({
    names: wakes.map(({ name }) => name),
    owner,
    store,
    clock,
    pause,
    wake: async (timer) => wakes.find(({ name }) => name === timer.name)?.wake(timer),
    onError: (error, timer) =>
      log.warn({ service, timer, error: String(error) }, 'a timer is looked at later'),
  });
}

/** Takes the service's share of the bus; undefined when it handles nothing. */
export async function subscribe(
  { row, handledTopics: topics }: Service,
  open: OpenService,
  { postgres, kafka }: OpenStores,
  world: World,
): Promise<Running | undefined> {
  if (kafka === undefined || topics.length === 0) return undefined;
  const group = row.objectName;
  if (postgres === undefined)
    return kafka.subscribe({ group, topics, handle: withoutEffect(row.name, open) });
  const inbox = inboxOf(group, postgres.events, world);
  return kafka.subscribe({
    group,
    topics,
    handle: async (event) => {
      await inbox.take(event, open.handle);
    },
    unreadable: (record) => parkUnreadable(inbox, record),
  });
}

function withoutEffect(service: string, { handle }: OpenService) {
  return async (event: BusEvent): Promise<void> => {
    if ((await handle(event)) !== undefined)
      throw new Error(`${service} keeps no events: its handlers cannot have effects`);
  };
}

async function parkUnreadable(inbox: Inbox, record: UnreadableRecord): Promise<void> {
  const id = `${record.topic}/${record.partition}/${record.offset}`;
  await inbox.park({ ...record, id, key: record.key ?? '' }, new Permanent('the record is no event'), 1);
}
