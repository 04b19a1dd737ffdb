import type { Result } from './result.ts';

/** The decisions of one aggregate as pure functions: a command is refused or becomes events, and events become state. */
export type Decider<State, Command, Event, Code extends string> = {
  readonly initialState: State;
  readonly decide: (command: Command, state: State) => Result<readonly Event[], Code>;
  readonly evolve: (state: State, event: Event) => State;
};

type Evolving<State, Event> = {
  readonly initialState: State;
  readonly evolve: (state: State, event: Event) => State;
};

/** The state after events, from the beginning or from a state that is known. */
export function evolveAll<State, Event>(
  { initialState, evolve }: Evolving<State, Event>,
  events: readonly Event[],
  from: State = initialState,
): State {
  return events.reduce(evolve, from);
}
