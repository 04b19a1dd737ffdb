import type { Clock } from '../domain/clock.ts';
import {
  type Append,
  type Commit,
  type CommitOutcome,
  type EventStore,
  type Follow,
  type Followed,
  origin,
  type Position,
  type RowWrite,
  type Snapshot,
  type StoredAnswer,
  type StoredDeadLetter,
  type StoredEvent,
  streamOf,
  type Timer,
} from './event-store.ts';
import { createListeners, newsOf } from './waking.ts';

type Follower = { owner: string; until: number; place: number };

type State = {
  readonly log: StoredEvent[];
  readonly streams: Map<string, StoredEvent[]>;
  readonly snapshots: Map<string, Snapshot>;
  readonly inbox: Set<string>;
  readonly answers: Map<string, StoredAnswer>;
  readonly followers: Map<string, Follower>;
  readonly deadLetters: Map<string, StoredDeadLetter>;
  readonly timers: Map<string, Timer>;
};

/** The memory twin of the event store; `put` writes a row of the tables beside it. */
export function createMemoryEvents(clock: Clock, put: (write: RowWrite) => void): EventStore {
  const state: State = {
    log: [],
    streams: new Map(),
    snapshots: new Map(),
    inbox: new Set(),
    answers: new Map(),
    followers: new Map(),
    deadLetters: new Map(),
    timers: new Map(),
  };
  const listeners = createListeners();
  return {
    load: async (stream, snapshotRevision) => {
      const snapshot = state.snapshots.get(stream);
      const events = state.streams.get(stream) ?? [];
      if (snapshot === undefined || snapshot.revision !== snapshotRevision) return copy({ events });
      return copy({ snapshot, events: events.slice(snapshot.version) });
    },
    commit: async (commit) => {
      const refusal = judge(state, commit);
      if (refusal !== undefined) return refusal;
      write(state, overTheWire(commit), new Date(clock.now()).toISOString(), put);
      listeners.call(newsOf(commit));
      return { outcome: 'committed' };
    },
    read: async ({ after, limit }) => copy(state.log.slice(placeOf(after), placeOf(after) + limit)),
    follow: async (follow) => copy(followOn(state, follow, clock.now())),
    release: async ({ name, owner }) => {
      const follower = state.followers.get(name);
      if (follower?.owner === owner) follower.until = Number.NEGATIVE_INFINITY;
    },
    nextTimers: async (names, limit) =>
      copy(
        [...state.timers.values()]
          .filter(({ name }) => names.includes(name))
          .toSorted((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1))
          .slice(0, limit),
      ),
    answerOf: async (scope, key) => copy(state.answers.get(keyOf(scope, key))),
    deadLetters: async ({ consumer, event, limit }) =>
      copy(
        [...state.deadLetters.values()]
          .filter((letter) => letter.consumer === consumer && letter.event === (event ?? letter.event))
          .slice(0, limit),
      ),
    listen: async (news, wake) => listeners.add(news, wake),
  };
}

// In the order in which the statement on PostgreSQL meets its constraints.
function judge(state: State, commit: Commit): CommitOutcome | undefined {
  const { receipt, answer, progress, deadLetter, redeems, fired } = commit;
  const versions = new Map<string, number>();
  for (const { stream, expected, events } of appendsOf(commit)) {
    const version = versions.get(stream) ?? state.streams.get(stream)?.length ?? 0;
    if (version !== expected) return { outcome: 'stale' };
    versions.set(stream, version + events.length);
  }
  if (receipt !== undefined && state.inbox.has(keyOf(receipt.consumer, receipt.event)))
    return { outcome: 'received' };
  if (redeems !== undefined && !state.deadLetters.has(keyOf(redeems.consumer, redeems.event)))
    return { outcome: 'received' };
  if (fired !== undefined && state.timers.get(keyOf(fired.name, fired.id))?.due !== fired.due)
    return { outcome: 'received' };
  if (answer !== undefined && state.answers.has(keyOf(answer.scope, answer.key)))
    return { outcome: 'answered' };
  if (progress !== undefined && placeOf(progress.from) !== (state.followers.get(progress.name)?.place ?? 0))
    return { outcome: 'stale' };
  if (deadLetter !== undefined && state.deadLetters.has(keyOf(deadLetter.consumer, deadLetter.event)))
    return { outcome: 'received' };
  return undefined;
}

function write(state: State, commit: Commit, time: string, put: (write: RowWrite) => void): void {
  for (const append of appendsOf(commit)) writeEvents(state, append, time);
  const { receipt, answer, progress, deadLetter, redeems, fired } = commit;
  if (fired !== undefined) state.timers.delete(keyOf(fired.name, fired.id));
  for (const timer of commit.timers ?? []) state.timers.set(keyOf(timer.name, timer.id), timer);
  if (redeems !== undefined) state.deadLetters.delete(keyOf(redeems.consumer, redeems.event));
  if (receipt !== undefined) state.inbox.add(keyOf(receipt.consumer, receipt.event));
  if (answer !== undefined) state.answers.set(keyOf(answer.scope, answer.key), answer);
  if (progress !== undefined)
    state.followers.set(progress.name, {
      owner: '',
      until: Number.NEGATIVE_INFINITY,
      ...state.followers.get(progress.name),
      place: placeOf(progress.to),
    });
  for (const row of commit.rows ?? []) put(row);
  for (const snapshot of commit.snapshots ?? [])
    if (snapshot.version >= (state.snapshots.get(snapshot.stream)?.version ?? 0))
      state.snapshots.set(snapshot.stream, snapshot);
  if (deadLetter !== undefined)
    state.deadLetters.set(keyOf(deadLetter.consumer, deadLetter.event), { ...deadLetter, time });
}

function writeEvents(state: State, { stream, expected, events }: Append, time: string): void {
  const written = state.streams.get(stream) ?? [];
  state.streams.set(stream, written);
  events.forEach((event, index) => {
    const position: Position = `0/${BigInt(state.log.length + 1)}`;
    const stored = { ...event, stream, version: expected + index + 1, position, time };
    written.push(stored);
    state.log.push(stored);
  });
}

function followOn(state: State, { name, owner, leaseMs, done, limit }: Follow, now: number): Followed {
  const known = state.followers.get(name) ?? { owner, until: now, place: 0 };
  if (known.owner !== owner && known.until > now) return { leads: false };
  const moved = known.owner === owner ? Math.max(known.place, placeOf(done ?? origin)) : known.place;
  state.followers.set(name, { owner, until: now + leaseMs, place: moved });
  const events = state.log.slice(moved, moved + limit);
  return { leads: true, from: `0/${BigInt(moved)}`, events, waiting: false };
}

function appendsOf({ appends = [], messages = [] }: Commit): readonly Append[] {
  const written = appends.filter(({ events }) => events.length > 0);
  return [
    ...written.toSorted((left, right) => (left.stream < right.stream ? -1 : 1)),
    ...messages.map(streamOf),
  ];
}

// What JSON does to a value on its way into the database.
function overTheWire(commit: Commit): Commit {
  // The same shape comes back: the type says that payloads are unknown, and everything else is JSON by nature.
  return JSON.parse(JSON.stringify(commit)) as Commit;
}

// Nobody shares an object with the store.
function copy<Value>(value: Value): Value {
  return structuredClone(value);
}

function orderOf({ due, name, id }: Timer): string {
  return JSON.stringify([due, name, id]);
}

function placeOf(position: Position): number {
  return Number(position.split('/')[1]);
}

function keyOf(first: string, second: string): string {
  return JSON.stringify([first, second]);
}
