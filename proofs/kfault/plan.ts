/**
 * Traffic with a numbering of its own. `lease` and `event` are what a process sends by the clock, so they are set apart:
 * the numbers of the others then depend on the work alone. A dry run writes nothing and counts as `read`.
 */
export type Lane = 'write' | 'read' | 'watch' | 'lease' | 'event';

/** Which requests a rule is about; what is left out matches all. `resource` is the plural, as in a URL. */
export type RequestSelector = {
  readonly lane: Lane;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
};

/** Which lines of watches a rule is about; what is left out matches all. */
export type EventSelector = {
  readonly resource?: string;
  readonly namespace?: string;
  /** Default: ADDED, MODIFIED and DELETED. */
  readonly types?: readonly EventType[];
  /** True: the objects that a stream begins with; false: the changes after them (default). */
  readonly initial?: boolean;
};

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** Which of the matches a rule strikes; without a member all of them. Each rule counts its own matches, from 1. */
export type Trigger = {
  /** The match of this number alone. */
  readonly at?: number;
  /** Each match with this probability, drawn from the plan's seed. */
  readonly fraction?: number;
  /** No more than so many. */
  readonly times?: number;
};

/** What befalls a request. */
export type RequestFault =
  /** The harness is called, and everything else waits until it has answered. */
  | { readonly type: 'Call' }
  /** This answer, as the API server words it. */
  | { readonly type: 'Answer'; readonly status: number; readonly retryAfterSeconds?: number }
  /** No answer, ever. */
  | { readonly type: 'Timeout' }
  /** The connection is reset. */
  | { readonly type: 'Reset' }
  /** The first half of the real answer, then the connection ends as if that were all. */
  | { readonly type: 'HalfBody' };

/** `Before` the API server has heard of the request, or `After` it has answered, which nobody gets to hear. */
export type Place = 'Before' | 'After';

export type RequestRule = Trigger & {
  readonly on: RequestSelector;
  /** HalfBody is always `After`. */
  readonly place: Place;
  readonly fault: RequestFault;
};

/** What can befall a stream at any time. */
export type StreamFault =
  /** The connection ends, in order or by reset; what was about to be delivered is not. */
  | { readonly type: 'Cut'; readonly how: 'Fin' | 'Reset' }
  /** A line that is no JSON; the stream goes on. */
  | { readonly type: 'Garbage' }
  /** An ERROR event with this code, and the end of the stream. */
  | { readonly type: 'Error'; readonly code: number }
  /** Nothing is delivered any more, and the stream stays open. */
  | { readonly type: 'Silence' };

/** What befalls an event of a watch. */
export type EventFault =
  | StreamFault
  /** It never arrives; the stream goes on. */
  | { readonly type: 'Drop' }
  /** It and everything behind it arrive so much later. */
  | { readonly type: 'Hold'; readonly milliseconds: number }
  /** It arrives after the next event, or after half a second in which there is none. */
  | { readonly type: 'Reorder' }
  /** It is left out if the same object's next event is there within half a second. */
  | { readonly type: 'Merge' }
  /** Half of its line, cut within a UTF-8 character, and the end of the stream. */
  | { readonly type: 'Truncate' };

export type EventRule = Trigger & { readonly on: EventSelector; readonly fault: EventFault };

/** What kfault does, as plain JSON. Of several rules that strike at once the first wins. */
export type Plan = {
  /** Decides the draws of `fraction`. */
  readonly seed?: number;
  readonly requests?: readonly RequestRule[];
  readonly events?: readonly EventRule[];
};

/** A request with its place in the numbering of its lane. */
export type NumberedRequest = RequestFacts & { readonly position: number };

/** What a request is about, read from its method and URL alone. */
export type RequestFacts = {
  readonly lane: Lane;
  readonly method: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
};

/** One request that was seen, and what became of it. */
export type RequestRecord = NumberedRequest & {
  /** Time since the plan was taken. */
  readonly milliseconds: number;
  /** What the API server answered; absent when it was not asked or has not answered. */
  readonly upstream?: number;
  /** The fault that struck it, and where. */
  readonly fault?: RequestFault['type'];
  readonly place?: Place;
};

/** What was seen and done since the plan was taken, as plain JSON. */
export type Verdict = {
  /** Highest position reached in each lane. */
  readonly counted: Readonly<Record<Lane, number>>;
  readonly requests: readonly RequestRecord[];
  /** Events that arrived from the API server after the initial ones, by resource; bookmarks apart. */
  readonly events: Readonly<Record<string, number>>;
  /** How often each rule struck, in the plan's order. */
  readonly struck: { readonly requests: readonly number[]; readonly events: readonly number[] };
};
