import { once } from '../once.ts';
import { uuidv7 } from '../sources.ts';
import type { Commit, News } from './event-store.ts';
import type { SqlStore } from './sql.ts';

type Listening = { readonly stop: () => Promise<void> };

const allNews: readonly News[] = ['events', 'timers'];

/** What a commit brings that somebody may wait for. */
export function newsOf({ appends, messages, timers }: Commit): readonly News[] {
  return [
    ...(appends === undefined && messages === undefined ? [] : (['events'] as const)),
    ...(timers === undefined ? [] : (['timers'] as const)),
  ];
}

/** Who wants to hear of what within this process. */
export function createListeners() {
  const listeners = new Set<{ readonly news: News; readonly wake: () => void }>();
  return {
    add: (news: News, wake: () => void): Listening => {
      const listener = { news, wake };
      listeners.add(listener);
      return {
        stop: async () => {
          listeners.delete(listener);
        },
      };
    },
    call: (news: readonly News[]): void => {
      for (const listener of listeners) if (news.includes(listener.news)) listener.wake();
    },
  };
}

export type Waking = {
  /** Calls the listeners of this process, and those of other processes where one of them may lead a follower. */
  readonly wake: (news: readonly News[]) => void;
  /** Remembers whether this process leads a follower. */
  readonly note: (follower: string, leads: boolean) => void;
  readonly listen: (news: News, wake: () => void) => Promise<Listening>;
};

/**
 * Wakes followers after commits. Within the process it is a call. Across processes it is a NOTIFY of its own, at most one
 * under way: within the commit it would take a lock of the whole server, and commits would be flushed one by one.
 */
export function createWaking(store: SqlStore, channel: string): Waking {
  const self = uuidv7.next();
  const listeners = createListeners();
  const leading = new Map<string, boolean>();
  const notice = { isSending: false, due: new Set<News>() };

  const leadsAll = (): boolean => leading.size > 0 && [...leading.values()].every(Boolean);
  const notify = (): void => {
    if (notice.isSending || notice.due.size === 0) return;
    const payload = [self, ...notice.due].join(' ');
    notice.due.clear();
    notice.isSending = true;
    // A lost notice costs time, never an event: who leads looks again when it renews its lease.
    const sent = store.execute('SELECT pg_notify($1, $2)', [channel, payload]).catch(() => {});
    void sent.finally(() => {
      notice.isSending = false;
      notify();
    });
  };
  const hear = (payload: string): void => {
    const [sender, ...named] = payload.split(' ');
    // Without a sender the connection was lost for a while: anything may have happened meanwhile.
    if (sender === '') listeners.call(allNews);
    else if (sender !== self) listeners.call(allNews.filter((news) => named.includes(news)));
  };
  const subscription = once(() => store.listen(channel, hear));
  return {
    wake: (news) => {
      listeners.call(news);
      if (leadsAll()) return;
      for (const one of news) notice.due.add(one);
      notify();
    },
    note: (follower, leads) => leading.set(follower, leads),
    listen: async (news, wake) => {
      await subscription.get();
      return listeners.add(news, wake);
    },
  };
}
