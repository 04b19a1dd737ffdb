import { once } from '../once.ts';
import { uuidv7 } from '../sources.ts';
import type { SqlStore } from './sql.ts';

type Listening = { readonly stop: () => Promise<void> };

export type Waking = {
  /** Calls every listener of this process, and those of other processes where one of them may lead a follower. */
  readonly wake: () => void;
  /** Remembers whether this process leads a follower. */
  readonly note: (follower: string, leads: boolean) => void;
  readonly listen: (wake: () => void) => Promise<Listening>;
};

/**
 * Wakes followers after commits. Within the process it is a call. Across processes it is a NOTIFY of its own, at most one
 * under way: within the commit it would take a lock of the whole server, and commits would be flushed one by one.
 */
export function createWaking(store: SqlStore, channel: string): Waking {
  const self = uuidv7.next();
  const listeners = new Set<() => void>();
  const leading = new Map<string, boolean>();
  const notice = { sending: false, due: false };

  const callAll = (): void => {
    for (const listener of listeners) listener();
  };
  const leadsAll = (): boolean => leading.size > 0 && [...leading.values()].every(Boolean);
  const notify = (): void => {
    notice.due = true;
    if (notice.sending) return;
    notice.due = false;
    notice.sending = true;
    const sent = store.execute('SELECT pg_notify($1, $2)', [channel, self]).catch(() => {});
    // A lost notice costs time, never an event: who leads looks again when it renews its lease.
    void sent.finally(() => {
      notice.sending = false;
      if (notice.due) notify();
    });
  };
  const subscription = once(() =>
    store.listen(channel, (payload) => {
      if (payload !== self) callAll();
    }),
  );
  return {
    wake: () => {
      callAll();
      if (!leadsAll()) notify();
    },
    note: (follower, leads) => leading.set(follower, leads),
    listen: async (wake) => {
      listeners.add(wake);
      await subscription.get();
      return {
        stop: async () => {
          listeners.delete(wake);
        },
      };
    },
  };
}
