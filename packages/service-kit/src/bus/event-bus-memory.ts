import type { BusEvent, EventBus, Subscription, SubscriptionSpec } from './event-bus.ts';

type Group = { next: number; members: Member[]; running: Promise<void> | undefined };
type Member = { readonly spec: SubscriptionSpec; readonly retry: () => Promise<void> };

const retryDelayMs = 10;

/** The memory twin of the bus: one log, one place in it per group, events of a group one after another. */
export function createMemoryBus(): EventBus {
  const log: BusEvent[] = [];
  const groups = new Map<string, Group>();
  let closed = false;

  const deliver = async (group: Group): Promise<void> => {
    while (!closed && group.next < log.length) {
      const member = group.members[0];
      const event = log[group.next];
      if (member === undefined || event === undefined) return;
      if (!member.spec.topics.includes(event.topic)) group.next += 1;
      else if (await handled(member, event)) group.next += 1;
    }
  };
  const wake = (group: Group): void => {
    group.running ??= deliver(group).finally(() => {
      group.running = undefined;
      if (!closed && group.members.length > 0 && group.next < log.length) wake(group);
    });
  };
  return {
    publish: async (events) => {
      if (closed) throw new Error('the bus is closed');
      log.push(...structuredClone([...events]));
      for (const group of groups.values()) wake(group);
    },
    subscribe: async (spec): Promise<Subscription> => {
      const group = groups.get(spec.group) ?? { next: 0, members: [], running: undefined };
      const member = { spec, retry: () => new Promise<void>((resolve) => setTimeout(resolve, retryDelayMs)) };
      groups.set(spec.group, group);
      group.members.push(member);
      wake(group);
      return {
        stop: async () => {
          group.members = group.members.filter((other) => other !== member);
          await group.running;
        },
      };
    },
    ping: async () => {
      if (closed) throw new Error('the bus is closed');
    },
    close: async () => {
      closed = true;
      for (const group of groups.values()) await group.running;
    },
  };
}

async function handled(member: Member, event: BusEvent): Promise<boolean> {
  try {
    await member.spec.handle(structuredClone(event));
    return true;
  } catch {
    await member.retry();
    return false;
  }
}
