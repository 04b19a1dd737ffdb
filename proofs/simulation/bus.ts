import type { BusEvent, EventBus, SubscriptionSpec } from '../../packages/service-kit/src/bus/event-bus.ts';
import type { Pause } from '../../packages/service-kit/src/domain/pause.ts';
import type { Random } from '../random.ts';

type Member = { readonly spec: SubscriptionSpec; readonly isGone: () => boolean };
/** How far a group has read the events of one key of one topic. */
type Lane = { readonly events: BusEvent[]; done: number; busyWith: Member | undefined };
type Group = { readonly lanes: Map<string, Lane>; member: Member | undefined };

/** A bus that delays, repeats and reorders whatever a bus may: everything but the order within a key of a topic. */
export type SimulatedBus = {
  /** The bus as one process sees it; when `isGone`, its deliveries end and its group waits for another member. */
  readonly connect: (isGone: () => boolean) => EventBus;
};

const mostDelayMs = 300;

/** The bus of one simulated shop. */
export function createSimulatedBus(random: Random, pause: Pause): SimulatedBus {
  const log: BusEvent[] = [];
  const groups = new Map<string, Group>();
  const offer = (group: Group, event: BusEvent): void => {
    const name = `${event.topic}/${event.key}`;
    const lane = group.lanes.get(name) ?? { events: [], done: 0, busyWith: undefined };
    group.lanes.set(name, lane);
    lane.events.push(event);
    wake(group, lane, random, pause);
  };
  return {
    connect: (isGone) => ({
      publish: async (events) => {
        await pause(random.integer(0, 20));
        const kept = random.next() < 0.03 ? random.integer(0, events.length) : events.length;
        for (const event of structuredClone(events.slice(0, kept))) {
          log.push(event);
          for (const group of groups.values())
            if (group.member?.spec.topics.includes(event.topic) === true) offer(group, event);
        }
        // The acknowledgement is lost, or only some of the events were taken.
        if (kept < events.length || random.next() < 0.03) throw new Error('the broker broke off');
      },
      subscribe: async (spec) => {
        const known = groups.get(spec.group);
        const group: Group = known ?? { lanes: new Map(), member: undefined };
        group.member = { spec, isGone };
        groups.set(spec.group, group);
        if (known === undefined)
          for (const event of log) if (spec.topics.includes(event.topic)) offer(group, event);
        for (const lane of group.lanes.values()) wake(group, lane, random, pause);
        return { stop: async () => {} };
      },
      ping: async () => {},
      close: async () => {},
    }),
  };
}

function wake(group: Group, lane: Lane, random: Random, pause: Pause): void {
  const { member } = group;
  if (member === undefined || member.isGone() || lane.busyWith === member) return;
  lane.busyWith = member;
  void deliver(group, lane, member, random, pause);
}

async function deliver(
  group: Group,
  lane: Lane,
  member: Member,
  random: Random,
  pause: Pause,
): Promise<void> {
  while (lane.done < lane.events.length) {
    await pause(random.integer(0, mostDelayMs));
    if (member.isGone() || group.member !== member) return;
    const event = lane.events[lane.done];
    if (event === undefined) return;
    const isHandled = await member.spec.handle(structuredClone(event)).then(
      () => true,
      () => false,
    );
    if (member.isGone()) return;
    if (isHandled) lane.done += 1;
    // A place that was not remembered: the same events come again, in their order.
    if (isHandled && random.next() < 0.08) lane.done = random.integer(0, lane.done);
  }
  lane.busyWith = undefined;
}
