import type { Ids } from '../domain/ids.ts';
import type { Append, EventStore, NewEvent, Snapshot } from './event-store.ts';

/** An event of a stream, told apart by its type. */
export type Told = { readonly type: string; readonly data: unknown };

/** A stream as it was read: the state that its events give, and how many they are. */
export type HeldStream<State> = { readonly stream: string; readonly version: number; readonly state: State };

/** How the events of a stream become state; `revision` changes when old snapshots of the state must not be used. */
export type Folding<State, Event> = {
  readonly initialState: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly revision?: number;
};

/** Reads a stream and folds it. */
export async function holdStream<State, Event extends Told>(
  events: EventStore,
  stream: string,
  { initialState, evolve, revision }: Folding<State, Event>,
): Promise<HeldStream<State>> {
  const loaded = await events.load(stream, revision);
  // A snapshot is ours, of this very revision: the store gives no other.
  const from = loaded.snapshot === undefined ? initialState : (loaded.snapshot.state as State);
  // The stream is written by this code alone, through toAppend: type and payload are an Event.
  const state = loaded.events.reduce(
    (now, { type, payload }) => evolve(now, { type, data: payload } as Event),
    from,
  );
  return { stream, version: (loaded.snapshot?.version ?? 0) + loaded.events.length, state };
}

/** New events for a stream that was read; refused by the store when somebody else wrote to it meanwhile. */
export function toAppend<Event extends Told>(
  { stream, version }: HeldStream<unknown>,
  events: readonly Event[],
  ids: Ids,
  publishedAs: (event: Event) => NewEvent['publish'] = () => undefined,
): Append {
  return {
    stream,
    expected: version,
    events: events.map((event) => {
      const publish = publishedAs(event);
      const { type, data: payload } = event;
      return { id: ids.next(), type, revision: 1, payload, ...(publish === undefined ? {} : { publish }) };
    }),
  };
}

const snapshotEvery = 50;

/** A snapshot of the state that the appended events lead to, whenever another fifty events have come together. */
export function snapshotsOf(
  { stream, version }: HeldStream<unknown>,
  added: number,
  state: unknown,
  revision: number,
): readonly Snapshot[] {
  const after = version + added;
  const isDue = Math.floor(after / snapshotEvery) > Math.floor(version / snapshotEvery);
  return isDue ? [{ stream, version: after, revision, state }] : [];
}
