import type { Effect, EventStore, Message, NewEvent, RowWrite, StoredEvent } from '../store/event-store.ts';
import { Permanent } from './failure.ts';

/** What events of one family look like: a type, and data that JSON can carry. */
type Typed = { readonly type: string; readonly data: unknown };

/** Brings a payload from one revision to the next. */
export type Upcast = (payload: unknown) => unknown;

/** One kind of aggregate: how its streams are called, folded, brought up to date and shown. */
export type StreamFamily<State, Event extends Typed> = {
  /** First part of the streams' names: `order` for `order/<id>`. */
  readonly name: string;
  readonly initialState: State;
  readonly evolve: (state: State, event: Event) => State;
  /** Every type with the steps that bring older payloads up to date; without a step it is in its first revision. */
  readonly types: Readonly<Record<Event['type'], readonly Upcast[]>>;
  /** Rows that must agree with the events at every moment. */
  readonly rows?: (id: string, state: State) => readonly RowWrite[];
  /** Keeps a state every so many events. Raise `revision` whenever the state's shape or `evolve` changes. */
  readonly snapshots?: { readonly every: number; readonly revision: number };
};

/** A stream as it was read: what it says, and the version that an append goes on from. */
export type Held<State> = { readonly id: string; readonly version: number; readonly state: State };

export type Streams<State, Event extends Typed> = {
  readonly load: (id: string) => Promise<Held<State>>;
  /** The effect of adding events to a stream that was read; nothing is written. */
  readonly append: (held: Held<State>, events: readonly Event[]) => Effect;
};

/** The streams of a family in a store. */
export function openStreams<State, Event extends Typed>(
  family: StreamFamily<State, Event>,
  store: EventStore,
): Streams<State, Event> {
  const streamOf = (id: string): string => `${family.name}/${id}`;
  return {
    load: async (id) => {
      const { snapshot, events } = await store.load(streamOf(id), family.snapshots?.revision);
      // A snapshot of this revision was written from a State by `append` below.
      const start = snapshot === undefined ? family.initialState : (snapshot.state as State);
      const state = events.reduce((before, event) => family.evolve(before, read(family, event)), start);
      return { id, version: events.at(-1)?.version ?? snapshot?.version ?? 0, state };
    },
    append: ({ id, version, state: before }, events) => {
      if (events.length === 0) return {};
      const stream = streamOf(id);
      const state = events.reduce(family.evolve, before);
      const added = events.map((event, index) =>
        toNewEvent(family, event, `${stream}@${version + index + 1}`),
      );
      const rows = family.rows?.(id, state);
      const next = version + events.length;
      const { every, revision } = family.snapshots ?? { every: Number.POSITIVE_INFINITY, revision: 0 };
      const isDue = Math.floor(next / every) > Math.floor(version / every);
      return {
        appends: [{ stream, expected: version, events: added }],
        ...(rows === undefined ? {} : { rows }),
        ...(isDue ? { snapshots: [{ stream, version: next, revision, state }] } : {}),
      };
    },
  };
}

/** Several effects as one. */
export function together(...effects: readonly Effect[]): Effect {
  return {
    appends: effects.flatMap(({ appends }) => appends ?? []),
    messages: effects.flatMap(({ messages }) => messages ?? []),
    rows: effects.flatMap(({ rows }) => rows ?? []),
    snapshots: effects.flatMap(({ snapshots }) => snapshots ?? []),
    timers: effects.flatMap(({ timers }) => timers ?? []),
  };
}

/**
 * What is said to the world because of an effect. The ids follow from its first event, so deciding again says the same
 * thing under the same id.
 */
export function saying(effect: Effect, publish: Message['publish'], messages: readonly Typed[]): Effect {
  const [cause] = effect.appends?.[0]?.events ?? [];
  if (cause === undefined) {
    if (messages.length > 0) throw new Error('messages follow from events, and there are none');
    return effect;
  }
  const said = messages.map(({ type, data }, index) => ({
    id: `${cause.id}.${index}`,
    type,
    revision: 1,
    payload: data,
    publish,
  }));
  return { ...effect, messages: [...(effect.messages ?? []), ...said] };
}

function toNewEvent<State, Event extends Typed>(
  family: StreamFamily<State, Event>,
  event: Event,
  id: string,
): NewEvent {
  // The index is one of the record's keys; the compiler does not narrow `Event['type']` of a generic.
  const type: Event['type'] = event.type;
  return { id, type, revision: family.types[type].length + 1, payload: event.data };
}

function read<State, Event extends Typed>(family: StreamFamily<State, Event>, stored: StoredEvent): Event {
  const types: Readonly<Record<string, readonly Upcast[]>> = family.types;
  const upcasts = Object.hasOwn(types, stored.type) ? types[stored.type] : undefined;
  if (upcasts === undefined || stored.revision > upcasts.length + 1)
    throw new Permanent(
      `${stored.stream} has ${stored.type} in revision ${stored.revision}, which is not known here`,
    );
  const data = upcasts
    .slice(stored.revision - 1)
    .reduce((payload, upcast) => upcast(payload), stored.payload);
  // The stream holds only what `append` wrote, and the upcasts end in the present revision.
  return { type: stored.type, data } as Event;
}
