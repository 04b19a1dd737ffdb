/**
 * A long-running conversation as pure functions. It never refuses: an input that is known already, or comes too late,
 * gives no events. What it says to the world follows from its events alone, so both can be stored in one transaction.
 */
export type Workflow<State, Input, Event, Message> = {
  readonly initialState: State;
  readonly decide: (input: Input, state: State) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
  /** The messages that an event gives; `state` is the one after it. */
  readonly messagesOf: (event: Event, state: State) => readonly Message[];
};
